import { realpathSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import type { Module } from '../module.js';
import { type RunSibling, readGroup, runSibling } from './dvm.js';

interface GroupArgs {
  devices: readonly string[];
  wipe?: boolean;
  extent_size?: string;
}

export const groupName = { type: 'string', pattern: '^[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,126}$' } as const;
/** Seconds that dvm waits for whoever else changes the group. */
export const wait = ['--wait', '60'];

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['devices'],
  properties: {
    devices: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^/dev/' }, description: 'what it is made of' },
    wipe: { type: 'boolean', description: 'lose what is on the devices' },
    extent_size: { type: 'string', pattern: '^[0-9]', description: 'of a new group: 4M' },
  },
} as const;

/** Groups of volumes. A device that is no longer named stays: what is on it must be moved by hand. */
export function vgModule(run: RunSibling = runSibling): Module {
  return builtinModule('vg', {
    present: builtinFunction<GroupArgs>({
      summary: 'a group of volumes on these devices; a device more joins it',
      name: groupName,
      schema,
      look: ({ name, args }) => present(run, name, args),
    }),
    absent: builtinFunction<object>({
      summary: 'no such group; one with volumes is refused',
      name: groupName,
      schema: { type: 'object', additionalProperties: false },
      look: ({ name }) => absent(run, name),
    }),
  });
}

async function present(run: RunSibling, name: string, { devices, wipe = false, extent_size }: GroupArgs): Promise<Finding> {
  const group = await readGroup(run, name);
  const known = new Set(group?.devices.map(real));
  const missing = devices.filter((d) => !known.has(real(d)));
  const output = { group: name, devices };
  if (group && missing.length === 0) return { changed: false, comment: `group "${name}" is as it should be`, output };
  const flags = [
    ...(wipe ? ['--wipe'] : []),
    ...(!group && extent_size !== undefined ? ['--extent-size', extent_size] : []),
    ...wait,
  ];
  const act = async () => {
    await run(['dvm', group ? 'extend' : 'create', name, ...missing, ...flags, '--json']);
    return { comment: `group "${name}" ${group ? 'has grown by' : 'was made of'} ${missing.join(', ')}`, output };
  };
  const comment = `group "${name}" would ${group ? 'grow by' : 'be made of'} ${missing.join(', ')}`;
  return { changed: true, changes: { devices: missing }, comment, act };
}

async function absent(run: RunSibling, name: string): Promise<Finding> {
  const group = await readGroup(run, name);
  if (!group) return { changed: false, comment: `there is no group "${name}"` };
  const act = async () => {
    await run(['dvm', 'remove', name, ...wait, '--json']);
    return { comment: `group "${name}" was removed` };
  };
  return { changed: true, comment: `group "${name}" would be removed`, act };
}

/** Links such as those of /dev/disk/by-id lead to the device. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** `GROUP/VOLUME`. @throws DvmError `bad-volume` (exit 65) */
export function volumeOf(name: string): { group: string; volume: string } {
  const [group, volume, more] = name.split('/');
  if (group && volume && more === undefined) return { group, volume };
  throw fail('badInput', 'bad-volume', `"${name}" names no volume`, { hint: 'GROUP/VOLUME' });
}
