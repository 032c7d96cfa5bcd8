import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '#tool/errors.js';
import { deviceAt, hostRoots, type Roots } from './sysfs.js';

/** What uses devices, by `major:minor`: `mounted on /srv`, `used as swap`. */
export type Uses = Map<string, string[]>;

/**
 * Who has which device mounted or swaps to it, as this process's mount namespace shows it. What other namespaces
 * mount is seen by O_EXCL alone.
 */
export function readUses(roots: Roots = hostRoots): Uses {
  const uses: Uses = new Map();
  const add = (dev: string | undefined, use: string): void => {
    if (dev === undefined) return;
    const known = uses.get(dev) ?? [];
    if (!known.includes(use)) uses.set(dev, [...known, use]);
  };
  for (const line of lines(join(roots.proc, 'self/mountinfo'))) addMount(line, add);
  for (const line of lines(join(roots.proc, 'swaps')).slice(1)) add(deviceAt(unoctal(line.split(/\s/)[0] ?? '')), 'used as swap');
  return uses;
}

/**
 * proc(5): `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`. File systems on several devices (btrfs)
 * show a number of their own and only the source names a device.
 */
function addMount(line: string, add: (dev: string | undefined, use: string) => void): void {
  const fields = line.split(' ');
  const separator = fields.indexOf('-');
  const [dev, target, source] = [fields[2], fields[4], fields[separator + 2]];
  if (!dev || !target || separator < 0) return;
  const use = `mounted on ${unoctal(target)}`;
  if (dev.startsWith('0:')) add(source?.startsWith('/') ? deviceAt(unoctal(source)) : undefined, use);
  else add(dev, use);
}

/** Blanks and backslashes are written as octal. */
function unoctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (e) {
    if (isSystemError(e)) return [];
    throw e;
  }
}
