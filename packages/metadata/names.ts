import { checkName, mangle } from '#documents/names.js';
import { fail } from '#tool/errors.js';

/** Room for the kernel's names: 127 bytes, some kept for the suffixes of hidden layers. */
const longest = 127;

/**
 * Checks a new volume's name by itself and as a part of the device-mapper name `GROUP-VOLUME`.
 *
 * @throws DvmError `bad-name` (exit 64)
 */
export function checkVolumeName(name: string, group: string | undefined): string {
  checkName(name, 'volume');
  if (group !== undefined && encodedLength(group, name) > longest)
    throw fail(
      'usage',
      'bad-name',
      `volume name "${name}" is, with group name "${group}", longer than ${longest} bytes once encoded`,
    );
  return name;
}

function encodedLength(group: string, name: string): number {
  return mangle(group).length + 1 + mangle(name).length;
}
