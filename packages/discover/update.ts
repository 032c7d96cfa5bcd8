import type { Storage } from '#blockdev/storage.js';
import type { Devices } from '#documents/devices.js';
import type { DeviceRange } from '#documents/layout.js';
import { fail } from '#tool/errors.js';
import { sameJson } from '#tool/json.js';
import { SECTOR } from '#tool/units.js';
import type { Label } from './label.js';
import { readLabel, writeLabel } from './label-copies.js';
import { carries } from './obstacles.js';
import type { World } from './world.js';

/** What changing labels needs of a world. */
export type LabelWorld = Pick<World, 'open' | 'signatures'>;

/**
 * Changes what a label says, mending its copies on the way; written only when something is different. The device may
 * be in use by its own group, so it is not opened exclusively: the caller holds the group's lock.
 *
 * @throws DvmError `not-labelled` (80), `device-not-blank` (83) when a copy is gone because something else was put there
 */
export async function updateLabel(
  world: LabelWorld,
  path: string,
  change: (old: Label) => Label,
): Promise<{ label: Label; changed: boolean }> {
  const storage = await world.open(path);
  const { label: old, stale } = await read(storage, path).finally(() => storage.close());
  const wanted = change(old);
  if (stale.length === 0 && sameJson(wanted, old)) return { label: old, changed: false };
  if (stale.length > 0) await checkNothingElse(world, path);
  const writable = await world.open(path, { write: true });
  try {
    const label = { ...wanted, sequence: old.sequence + 1, size: writable.size / SECTOR };
    await writeLabel(writable, label);
    return { label, changed: true };
  } finally {
    await writable.close();
  }
}

/**
 * Makes the label of a PV name these regions; one that does already is left alone.
 *
 * @throws DvmError `not-labelled` (80) when the device is not that PV any more
 */
export async function labelRegions(
  world: LabelWorld,
  { group, devices }: Devices,
  pv: string,
  regions: readonly DeviceRange[],
): Promise<void> {
  const path = devices[pv]?.path ?? '';
  await updateLabel(world, path, (old) => {
    if (old.group.id !== group.id || old.pv !== pv) throw notLabelled(path, `as PV ${old.pv} of group ${old.group.id}`);
    return { ...old, regions: regions.map(({ start, length }) => ({ start, length })) };
  });
}

/**
 * Gives a group's labels its name; those that have it are left alone.
 *
 * @returns paths of the labels that were written
 */
export async function renameLabels(world: LabelWorld, group: Label['group'], paths: readonly string[]): Promise<string[]> {
  const written: string[] = [];
  for (const path of paths) {
    const { changed } = await updateLabel(world, path, (old) => {
      if (old.group.id !== group.id) throw notLabelled(path, `for another group, "${old.group.name}" (${old.group.id})`);
      return { ...old, group };
    });
    if (changed) written.push(path);
  }
  return written;
}

/**
 * Makes the label of a PV name another group; one that does already is left alone.
 *
 * @throws DvmError `not-labelled` (80) when the device is not that PV of either group
 */
export async function handOverLabel(
  world: LabelWorld,
  { group, devices }: Devices,
  pv: string,
  to: Label['group'],
): Promise<void> {
  const path = devices[pv]?.path ?? '';
  await updateLabel(world, path, (old) => {
    const isOurs = old.group.id === group.id || old.group.id === to.id;
    if (!isOurs || old.pv !== pv) throw notLabelled(path, `as PV ${old.pv} of group ${old.group.id}`);
    return { ...old, group: to };
  });
}

async function read(storage: Storage, path: string): Promise<{ label: Label; stale: string[] }> {
  const found = await readLabel(storage);
  if (found.state === 'labelled') return found;
  throw notLabelled(path, found.state === 'none' ? 'not at all' : `unusably: ${found.why}`);
}

function notLabelled(path: string, how: string) {
  return fail('notFound', 'not-labelled', `device "${path}" is not labelled for this group but ${how}`);
}

async function checkNothingElse(world: LabelWorld, path: string): Promise<void> {
  const other = carries(path, [], await world.signatures(path));
  if (other) throw other;
}
