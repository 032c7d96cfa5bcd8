import { readUses } from '#blockdev/mounts.js';
import { isId } from '#documents/ids.js';
import { BLOCK, checkRegions, type DeviceRange, defaultRegion, layout } from '#documents/layout.js';
import { checkName } from '#documents/names.js';
import { MIN_BLOCKS } from '#replicator/format/superblock.js';
import { type DvmError, fail } from '#tool/errors.js';
import { formatSize, type Sectors } from '#tool/units.js';
import { type Candidate, diskOf } from './candidates.js';
import type { DiscoverConfig } from './config.js';
import { COPIES, type Place, placesToCarry } from './copies.js';
import type { LabelDocument } from './documents.js';
import { duplicatePv, type FoundGroup, lookUpGroup } from './group.js';
import { type Label, MAX_REGIONS } from './label.js';
import { writeLabel } from './label-copies.js';
import { carries, heldBy, signatureName } from './obstacles.js';
import { blankRegions } from './regions.js';
import { type Labelled, type Scan, scan, type Unlabelled } from './scan.js';
import { findTarget, type Target } from './target.js';
import { updateLabel } from './update.js';
import type { World } from './world.js';

export interface AddRequest {
  /** Name or id of the group; a name that no group has makes a new one. */
  group: string;
  path: string;
  /** Undefined: the default one, or none where enough devices of the group carry one. */
  regions?: DeviceRange[] | undefined;
  /** How many devices of the group are to carry regions; infinite: all. */
  copies?: number | undefined;
  /** The group must not have metadata yet. */
  newGroup?: boolean;
  /** Destroy what is on the device, unless somebody uses it. */
  wipe?: boolean;
  /** Check everything and say what would be done, but write nothing. */
  dryRun?: boolean;
  /** Milliseconds to wait for a lock. */
  wait?: number;
}

type Group = Label['group'];

/** Sectors; the replicator takes no smaller region. */
const MIN_REGION = MIN_BLOCKS * BLOCK;

/**
 * Labels a device for a group. A device that is labelled for it already stays as it is.
 *
 * @throws DvmError `device-in-use`, `device-not-blank`, `device-partitioned`, `labelled` (83), `read-only` (77),
 *   `device-too-small` (82), `bad-region`, `bad-name` (64), `already-labelled`, `group-exists` (81), `no-device`, `no-group` (80)
 */
export async function addDevice(request: AddRequest, config: DiscoverConfig, world: World): Promise<LabelDocument> {
  const wait = request.wait ?? 0;
  const labels = await world.lock('labels', wait);
  try {
    const found = await scan(config, world);
    const target = findTarget(request.path, found);
    const known = await lookUpGroup(request.group, found, world);
    if (!known) return await addTo(newGroup(request.group, world), target, request, found, world);
    if (request.newGroup) refuseOld(known);
    const lock = await world.lock({ group: known.id, name: known.name }, wait);
    try {
      return await addTo(known, target, request, found, world);
    } finally {
      lock.release();
    }
  } finally {
    labels.release();
  }
}

function newGroup(name: string, world: World): Group {
  if (isId(name))
    throw fail('notFound', 'no-group', `no device is labelled for group "${name}"`, {
      hint: 'a new group needs a name that is no id',
    });
  return { id: world.newId(), name: checkName(name, 'group') };
}

/** Labels without metadata are what an interrupted creation leaves: it may be repeated. */
function refuseOld({ name, state }: FoundGroup): void {
  if (!state.envelope && state.unreadable === 0) return;
  throw fail('exists', 'group-exists', `group "${name}" exists already`, {
    hint: 'choose another name, or add the device to it: dvm extend, or discover add without --new',
  });
}

async function addTo(group: Group | FoundGroup, target: Target, request: AddRequest, found: Scan, world: World) {
  switch (target.state) {
    case 'labelled':
      return keepLabel(target.found, group, request, world);
    case 'unlabelled':
      return label(target.found, { id: group.id, name: group.name }, request, found, world);
    case 'duplicate':
      throw duplicatePv(found.duplicates.filter((d) => d.devices.includes(target.found)));
    case 'passed':
      throw passedOver(target.found);
  }
}

function passedOver({ path, code, reason }: { path: string; code: string; reason: string }): DvmError {
  const hint = code.startsWith('label-') ? 'discover rm --force erases what is left of the label' : undefined;
  return fail('inUse', 'device-passed-over', `device "${path}" is passed over: ${reason}`, {
    ...(hint ? { hint } : {}),
    details: { code },
  });
}

/** Already so, or mended; never another group or other regions. */
async function keepLabel(d: Labelled, group: Group, request: AddRequest, world: World): Promise<LabelDocument> {
  const { label } = d;
  if (label.group.id !== group.id)
    throw fail('inUse', 'labelled', `device "${d.path}" is labelled for group "${label.group.name}" (${label.group.id})`, {
      hint: `discover rm ${label.group.name} ${d.path} gives it up`,
    });
  if (request.regions && !sameRanges(request.regions, label.regions))
    throw fail('exists', 'already-labelled', `device "${d.path}" is labelled already, with other regions`, {
      hint: 'tm regions changes them',
      details: { regions: label.regions },
    });
  if (request.dryRun) return labelDocument('unchanged', d.path, label);
  const change = await updateLabel(world, d.path, (old) => ({ ...old, group: { id: group.id, name: group.name } }));
  return labelDocument(change.changed ? 'mended' : 'unchanged', d.path, change.label);
}

function sameRanges(a: readonly DeviceRange[], b: readonly DeviceRange[]): boolean {
  return a.length === b.length && a.every((r, i) => r.start === b[i]?.start && r.length === b[i]?.length);
}

async function label(u: Unlabelled, group: Group, request: AddRequest, found: Scan, world: World): Promise<LabelDocument> {
  const held = u.device && heldBy(u.device, readUses(world.roots), found.byName);
  if (held) throw held;
  const regions = request.regions ?? defaultRegions(u, group, request.copies ?? COPIES, found);
  checkNewRegions(u.size, regions);
  const label: Label = { sequence: 1, size: u.size, group, pv: world.newId(), regions };
  if (request.dryRun) return wouldLabel(u, label, request.wipe ?? false, world);
  const wiped = request.wipe ? await wipe(u, world) : [];
  const storage = await world.open(u.path, { write: true, exclusive: true });
  try {
    await requireBlank(u, wiped.length > 0 ? [] : partitionsOf(u), world); // held, so that nothing more comes onto it
    await blankRegions(storage, regions);
    await writeLabel(storage, label);
  } finally {
    await storage.close();
  }
  return { ...labelDocument('created', u.path, label), ...(wiped.length > 0 ? { wiped } : {}) };
}

function defaultRegions(u: Unlabelled, group: Group, copies: number, { labelled, byName }: Scan): DeviceRange[] {
  const place = (c: Candidate, carries: boolean): Place => ({ id: c.path, disk: diskOf(c, byName), carries });
  const carriers = labelled.filter((d) => d.label.group.id === group.id && d.label.regions.length > 0);
  const chosen = placesToCarry([...carriers.map((d) => place(d, true)), place(u, false)], copies);
  return chosen.length > 0 ? [defaultRegion(u.size)] : [];
}

/** The same refusals, without the writing. */
async function wouldLabel(u: Unlabelled, label: Label, wipe: boolean, world: World): Promise<LabelDocument> {
  if (!wipe) await requireBlank(u, partitionsOf(u), world);
  return labelDocument('would-create', u.path, label);
}

function checkNewRegions(size: Sectors, regions: readonly DeviceRange[]): void {
  if (regions.length > MAX_REGIONS)
    throw fail('usage', 'bad-region', `${regions.length} regions are more than a label holds, ${MAX_REGIONS}`);
  const small = regions.find((r) => r.length < MIN_REGION);
  if (small) throw fail('usage', 'bad-region', `region of ${formatSize(small.length)} is smaller than ${formatSize(MIN_REGION)}`);
  checkRegions(size, regions);
  layout(size, regions); // the device must be large enough for data too
}

function partitionsOf(u: Unlabelled): readonly string[] {
  return u.device?.partitions ?? [];
}

async function requireBlank(u: Unlabelled, partitions: readonly string[], world: World): Promise<void> {
  const obstacle = carries(u.path, partitions, await world.signatures(u.path));
  if (obstacle) throw obstacle;
}

/** Destroys what is on the device; what that was. */
async function wipe(u: Unlabelled, world: World): Promise<string[]> {
  const partitions = partitionsOf(u);
  const signatures = await world.signatures(u.path);
  if (!carries(u.path, partitions, signatures)) return [];
  const storage = await world.open(u.path, { write: true, exclusive: true }); // nobody else may take it meanwhile
  try {
    await world.wipe(u.path);
  } finally {
    await storage.close();
  }
  if (partitions.length > 0) await world.rereadPartitions(u.path);
  return [...new Set([...signatures.map(signatureName), ...partitions.map((p) => `partition ${p}`)])];
}

/** What `add` and `rm` print of a label. */
export function labelDocument(action: LabelDocument['action'], path: string, label: Label): LabelDocument {
  const { dataStart, dataEnd } = layout(label.size, label.regions);
  return {
    kind: 'label',
    version: 1,
    action,
    path,
    group: label.group,
    pv: label.pv,
    layout: { size: label.size, regions: label.regions.map(({ start, length }) => ({ start, length })), dataStart, dataEnd },
  };
}
