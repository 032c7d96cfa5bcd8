import { readUses } from '#blockdev/mounts.js';
import type { Storage } from '#blockdev/storage.js';
import type { BlockDevice } from '#blockdev/sysfs.js';
import { DvmError, fail } from '#tool/errors.js';
import { shellWord } from '#tool/shell.js';
import { labelDocument } from './add.js';
import type { DiscoverConfig } from './config.js';
import type { LabelDocument } from './documents.js';
import { describe, groupsOf } from './group.js';
import type { Label } from './label.js';
import { eraseLabel, readLabel } from './label-copies.js';
import { heldBy } from './obstacles.js';
import { blankRegions } from './regions.js';
import { type Scan, scan } from './scan.js';
import { findTarget, type Target } from './target.js';
import type { World } from './world.js';

export interface RemoveRequest {
  /** Name or id of the group that the device must be labelled for. */
  group: string;
  /** Or the id of the PV. */
  path: string;
  /** A device that is not there is no error. */
  ifThere?: boolean;
  /** Also when the group still counts on the device, or its label is damaged; its regions are made unreadable too. */
  force?: boolean;
  /** Milliseconds to wait for a lock. */
  wait?: number;
}

/**
 * Takes a device's label away. One without a label stays as it is. Never while somebody uses the device.
 *
 * @throws DvmError `no-device` (80), `pv-in-group`, `labelled`, `device-in-use` (83), `group-unreadable` (84), `label-damaged` … (85)
 */
export async function removeDevice(request: RemoveRequest, config: DiscoverConfig, world: World): Promise<LabelDocument> {
  const wait = request.wait ?? 0;
  const labels = await world.lock('labels', wait);
  try {
    const first = await scan(config, world);
    const target = targetOf(request, first);
    if (!target) return { kind: 'label', version: 1, action: 'absent', path: request.path };
    const { path, device } = place(target);
    const held = device && heldBy(device, readUses(world.roots), first.byName);
    if (held) throw held;
    const group = first.labelled.find((d) => d.path === path)?.label.group.id;
    if (group === undefined) return await erase(path, request, first, world);
    const lock = await world.lock({ group, name: request.group }, wait);
    try {
      return await erase(path, request, await scan(config, world), world); // what was read before the lock may be stale
    } finally {
      lock.release();
    }
  } finally {
    labels.release();
  }
}

function targetOf({ path, ifThere }: RemoveRequest, found: Scan): Target | undefined {
  try {
    return findTarget(path, found);
  } catch (e) {
    if (ifThere && e instanceof DvmError && e.code === 'no-device') return undefined;
    throw e;
  }
}

function place(target: Target): { path: string; device: BlockDevice | undefined } {
  if (target.state !== 'passed') return { path: target.found.path, device: target.found.device };
  const { code, path, reason } = target.found;
  if (code.startsWith('label-') || code === 'duplicate-ignored') return { path, device: target.device };
  throw fail('inUse', 'device-passed-over', `device "${path}" is passed over: ${reason}`, { details: { code } });
}

async function erase(path: string, request: RemoveRequest, found: Scan, world: World): Promise<LabelDocument> {
  const storage = await world.open(path, { write: true, exclusive: true });
  try {
    const labelling = await readLabel(storage);
    if (labelling.state === 'none') return { kind: 'label', version: 1, action: 'unchanged', path };
    if (labelling.state === 'labelled') return await eraseKnown(storage, labelling.label, request, found, world);
    if (!request.force) throw unusable(path, labelling);
    await eraseLabel(storage);
    return { kind: 'label', version: 1, action: 'removed', path };
  } finally {
    await storage.close();
  }
}

async function eraseKnown(storage: Storage, label: Label, request: RemoveRequest, found: Scan, world: World) {
  const refusal = await mayRemove(storage.path, label, request, found, world);
  if (refusal) throw refusal;
  if (request.force) await blankRegions(storage, label.regions);
  await eraseLabel(storage, label);
  return labelDocument('removed', storage.path, label);
}

async function mayRemove(path: string, label: Label, request: RemoveRequest, found: Scan, world: World) {
  const { id, name } = label.group;
  const group = await describe(id, groupsOf(found).get(id) ?? [], world, name);
  if (![id, name, group.name].includes(request.group))
    return fail('inUse', 'labelled', `device "${path}" is labelled for group "${group.name}" (${id}), not "${request.group}"`);
  if (request.force) return undefined;
  if (group.state.envelope && Object.hasOwn(group.state.envelope.pvs, label.pv))
    return fail('inUse', 'pv-in-group', `device "${path}" is PV ${label.pv} of group "${group.name}"`, {
      hint: `take it out of the group first: ${outOfGroup(group.name, path)}`,
    });
  if (!group.state.envelope && group.state.unreadable > 0)
    return fail(
      'outOfSync',
      'group-unreadable',
      `no region of group "${group.name}" can be read, so nobody knows whether it counts on "${path}"`,
      {
        hint: 'mend the group, or give --force',
        details: { problems: group.state.problems },
      },
    );
  return undefined;
}

function unusable(path: string, l: { code: string; why: string }): DvmError {
  return fail('outOfSync', l.code, `label of "${path}" cannot be used: ${l.why}`, {
    hint: 'give --force to erase it all the same',
  });
}

function outOfGroup(group: string, path: string): string {
  const name = shellWord(group);
  return `discover ${name} | tm reduce ${name} ${shellWord(path)}`;
}
