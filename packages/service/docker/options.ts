import { fail } from '#tool/errors.js';
import { parseSize } from '#tool/units.js';
import type { Settings } from '../config.js';
import type { Volume } from '../documents.js';
import { backendNames, fileSystems } from '../service.schema.js';

export type DockerRules = Pick<Settings, 'docker' | 'backend' | 'dvm' | 'limits'>;

type Asked = Pick<Volume, 'sizeMB' | 'fs' | 'backend'> & Partial<Pick<Volume, 'group' | 'pool' | 'mode' | 'uid' | 'gid'>>;

const known = ['size', 'fs', 'backend', 'group', 'mode', 'uid', 'gid'];
const sectorsOfMB = 2048;

/**
 * What `docker volume create -o KEY=VALUE` asks for.
 *
 * @throws DvmError `bad-option`, `bad-size` (exit 64)
 */
export function parseOptions(given: Readonly<Record<string, string>>, rules: DockerRules): Asked {
  if ('seed' in given) throw bad('seed', 'there are no dots to seed a volume from', 'make it without, and copy into it');
  for (const key of Object.keys(given))
    if (!known.includes(key)) throw bad(key, 'is not known', `options are ${known.join(', ')}`);
  const { size, fs, mode, uid, gid } = given;
  return {
    sizeMB: size === undefined ? (rules.docker?.sizeMB ?? 1024) : parseMegabytes(size, rules.limits.sizeMB),
    fs: fs === undefined ? (rules.docker?.fs ?? 'ext4') : oneOf('fs', fs, fileSystems),
    ...place(given, rules),
    ...(mode !== undefined && { mode: number('mode', mode, 8, 0o7777) }),
    ...(uid !== undefined && { uid: number('uid', uid, 10, 2 ** 32 - 2) }),
    ...(gid !== undefined && { gid: number('gid', gid, 10, 2 ** 32 - 2) }),
  };
}

/** A group means the backend that has groups. */
function place(given: Readonly<Record<string, string>>, rules: DockerRules): Pick<Asked, 'backend' | 'group' | 'pool'> {
  const chosen = given.backend === undefined ? undefined : oneOf('backend', given.backend, backendNames);
  const backend = chosen ?? (given.group === undefined ? rules.backend : 'dvm');
  if (backend === 'file') {
    if (given.group !== undefined) throw bad('group', 'goes with backend=dvm');
    return { backend };
  }
  if (!rules.dvm) throw bad('backend', 'dvm is not in the config of the service', 'set "dvm" in its config');
  if (given.group !== undefined && given.group !== rules.dvm.group)
    throw bad('group', `"${given.group}" is not the one of the service`);
  return { backend, group: rules.dvm.group, ...(rules.dvm.pool !== undefined && { pool: rules.dvm.pool }) };
}

/** `500M`, `1.5G`, or digits alone: megabytes, as in messages. Rounded up to whole ones. */
function parseMegabytes(text: string, most: number): number {
  const size = /^\d{1,12}$/.test(text) ? Number(text) : Math.ceil(parseSize(text) / sectorsOfMB);
  if (size < 1 || size > most) throw fail('usage', 'bad-size', `size "${text}" is not between 1 and ${most} MB`);
  return size;
}

function oneOf<T extends string>(key: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw bad(key, `"${text}" is none of ${values.join(', ')}`);
  return found;
}

function number(key: string, text: string, radix: 8 | 10, most: number): number {
  const value = (radix === 8 ? /^[0-7]{1,5}$/ : /^\d{1,10}$/).test(text) ? Number.parseInt(text, radix) : Number.NaN;
  if (!(value <= most))
    throw bad(key, `"${text}" is not a number${radix === 8 ? ' in octal' : ''} up to ${most.toString(radix)}`);
  return value;
}

function bad(key: string, why: string, hint?: string) {
  return fail('usage', 'bad-option', `option "${key}" ${why}`, hint === undefined ? {} : { hint });
}
