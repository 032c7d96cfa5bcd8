import { closeSync, openSync, readSync } from 'node:fs';
import type { Inventory } from '#discover/documents.js';
import { devicesType } from '#documents/devices.js';
import { type DvmError, fail } from '#tool/errors.js';
import { formatSize } from '#tool/units.js';

type Unlabelled = Inventory['unlabelled'][number];

/** Bytes at either end that a blank device has nothing but zeros in: where all that is known begins or ends. */
const edge = 1 << 20;

/**
 * Why devices are not to be made a pool of: all that is on them and who uses them, every one named. Undefined when they are blank.
 *
 * @param devices real paths
 */
export function notBlank(devices: readonly string[], inventory: Inventory, group: string): DvmError | undefined {
  const found = devices.flatMap((path) => stateOf(path, inventory, group));
  if (found.length === 0) return undefined;
  const words = found.map(({ path, state }) => `"${path}" ${state}`);
  return fail('inUse', 'device-not-blank', `a pool is made of blank devices alone: ${words.join('; ')}`, {
    hint: 'nothing was changed; wipefs --all and blkdiscard make a device blank, if what is on it may be lost',
    details: { devices: found },
  });
}

function stateOf(path: string, inventory: Inventory, group: string): { path: string; state: string }[] {
  const known = inventory.unlabelled.find((d) => d.path === path);
  const state = known ? unlabelledState(known) : labelledState(path, inventory, group);
  return state === undefined ? [] : [{ path, state }];
}

function unlabelledState({ path, size, carries, uses }: Unlabelled): string | undefined {
  const words = [...(carries.length > 0 ? [`carries ${carries.join(', ')}`] : []), ...uses];
  if (words.length > 0) return words.join(', ');
  return hasData(path, size * 512) ? `(${formatSize(size)}) carries data that is not recognised` : undefined;
}

/** A label of the pool's own is what an interrupted run has left. */
function labelledState(path: string, inventory: Inventory, group: string): string | undefined {
  const groups = inventory.groups.map((g) => devicesType.parse(g, 'devices of a group'));
  const owner = groups.find((g) => Object.values(g.devices).some((d) => d.path === path));
  if (owner) return owner.group.name === group ? undefined : `belongs to group "${owner.group.name}"`;
  const passed = inventory.passed.find((p) => p.path === path);
  return passed ? `is passed over: ${passed.reason}` : 'is not a device that can be used';
}

function hasData(path: string, size: number): boolean {
  const fd = openSync(path, 'r');
  try {
    return [0, Math.max(0, size - edge)].some((offset) => !isZero(fd, offset, Math.min(edge, size)));
  } finally {
    closeSync(fd);
  }
}

function isZero(fd: number, offset: number, length: number): boolean {
  const data = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = readSync(fd, data, at, length - at, offset + at);
    if (count === 0) break;
    at += count;
  }
  return data.every((byte) => byte === 0);
}
