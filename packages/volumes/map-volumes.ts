import type { Desired, Target } from '#dm/documents.js';
import { dmName } from '#documents/names.js';
import type { Region } from '#documents/regions.js';
import { checkVolume } from '#metadata/check-volume.js';
import type { Draft } from '#metadata/draft.js';
import { ownersOf } from '#metadata/kinds/kinds.js';
import type { Area, Lv, Metadata } from '#metadata/metadata.js';
import { mergingInto } from '#metadata/thick/merge.js';
import { snapshotSegment, snapshotsByOrigin } from '#metadata/thick/segments.js';
import { poolSegment } from '#metadata/thin/segments.js';
import { fail } from '#tool/errors.js';
import { changedKeys } from '#tool/map-changes.js';
import type { Extents, Sectors } from '#tool/units.js';
import { layerOf, scopeOf, uuidOf } from './identity.js';
import type { LayerOptions, Mapping, Place } from './kinds/kind.js';
import { rowsOf } from './kinds/kinds.js';
import { originTable } from './kinds/snapshot.js';
import { externalOrigins, overReal } from './kinds/thin.js';
import { pendingPools, poolLayer } from './kinds/thin-pool.js';
import { type Missing, missingDevices, refuseMissing } from './missing.js';
import type { ActivationMode } from './mode.js';
import { repairsOf } from './repairs.js';
import { type Before, endsOf } from './wipe.js';

/** The kernel's limit, without the final NUL. */
const mostNameBytes = 127;

export interface MapOptions {
  group: { id: string; name: string };
  /** What each chosen volume does where devices are missing. */
  mode: (id: string) => ActivationMode;
  /** What was there before: what is new is to be wiped, or at least what has to be blank. */
  before?: Before | undefined;
  wipe?: 'all' | 'blank' | undefined;
  /** The volumes of the version before, where that is known. */
  previous?: Metadata['lvs'] | undefined;
  /** Uuids of the devices that are active as origins of thick snapshots. */
  upAsOrigin?: ReadonlySet<string>;
  /** Uuids of the devices that somebody has open. */
  inUse?: ReadonlySet<string>;
  /** First lines of status of the devices that are up, by uuid. */
  status?: ReadonlyMap<string, string>;
  /** Thin pools that have something to be told come up with or without their volumes. */
  tellPools?: boolean;
}

/** What is collected while volumes are mapped. */
interface Work extends Omit<MapOptions, 'mode'> {
  draft: Draft;
  /** The chosen volume that is being mapped, and its mode. */
  top: string;
  mode: ActivationMode;
  devices: Desired['devices'];
  missing: Missing;
  uppers: () => Uppers;
}

/** What stands on a volume without being known to it. */
interface Uppers {
  externalOrigins: ReadonlySet<string>;
  snapshots: ReadonlyMap<string, string[]>;
}

/**
 * The device-mapper devices of some volumes, with all the hidden ones they stand on.
 *
 * @throws DvmError missing-device, device-too-small (exit 84), bad-metadata (exit 65), extents-just-freed (exit 83)
 */
export function mapVolumes(draft: Draft, ids: readonly string[], options: MapOptions): Desired {
  const work = { ...options, draft, devices: {}, missing: new Map(), uppers: uppersOf(draft.lvs) };
  const at = (id: string): Work => ({ ...work, top: id, mode: options.mode(id) });
  for (const id of ids) if (!isBack(work, id)) mapVolume(at(id), id, isNewToUsers(work, id));
  if (options.tellPools)
    for (const id of pendingPools(draft)) poolLayer(mappingOf(at(id), id, draft.lvs[id] as Lv, isNew(work, id)));
  const rows = (id: string): Target[] => mappingOf(at(id), id, draft.lvs[id] as Lv, false).rows();
  const repairs = repairsOf(draft, options.previous, options.group, rows);
  refuseMissing(draft, work.missing);
  const wipe = wipeOfOthers(work);
  const more = { ...(wipe.length > 0 ? { wipe } : {}), ...(repairs.length > 0 ? { repairs } : {}) };
  return { kind: 'desired', version: 1, scope: scopeOf(options.group.id), devices: work.devices, ...more };
}

/** What is new below volumes that are not to be active is blank too, before they are. */
function wipeOfOthers(work: Omit<Work, 'top' | 'mode'>): Region[] {
  const { draft, devices, group, before } = work;
  if (!before) return [];
  const fresh = changedKeys(draft.lvs, before.lvs).filter((id) => isNew(work, id));
  const others = fresh.filter((id) => !Object.hasOwn(devices, uuidOf(group.id, id, layerOf(draft.lvs[id] as Lv))));
  const scratch: Omit<Work, 'top' | 'mode'> = { ...work, devices: {}, missing: new Map() };
  for (const id of topsOf(draft, others)) mapVolume({ ...scratch, top: id, mode: 'partial' }, id, isNewToUsers(work, id));
  return Object.values(scratch.devices).flatMap((d) => d.wipe ?? []);
}

/** The volumes that belong to no other, and that some of these are or belong to. */
function topsOf({ lvs }: Draft, ids: readonly string[]): Set<string> {
  if (!ids.some((id) => lvs[id]?.hidden)) return new Set(ids);
  const owners = ownersOf(lvs);
  return new Set(ids.map((id) => [...climb(owners, id)].at(-1) as string));
}

/** A volume and those it belongs to; each once, also where nobody has checked the metadata and they go in a circle. */
function climb(owners: ReadonlyMap<string, string>, from: string): Set<string> {
  const path = new Set<string>();
  for (let id: string | undefined = from; id !== undefined && !path.has(id); id = owners.get(id)) path.add(id);
  return path;
}

/** A new hidden volume by itself is a move, and a new external origin is what a volume was before: what lies below is somebody's. */
function isNewToUsers(work: Pick<Work, 'before' | 'draft' | 'uppers'>, id: string): boolean {
  return isNew(work, id) && !work.draft.lvs[id]?.hidden && !work.uppers().externalOrigins.has(id);
}

/** Adds a volume's device and those below it; returns its device-mapper name. */
function mapVolume(work: Work, id: string, fresh: boolean, blank = false): string {
  const { draft, group, devices } = work;
  const lv = draft.lvs[id] as Lv;
  const name = dmName(group.name, lv.name);
  const uuid = uuidOf(group.id, id, layerOf(lv));
  if (Object.hasOwn(devices, uuid)) return name;
  const [problem] = checkVolume(draft, id);
  if (problem) throw fail('badInput', 'bad-metadata', `metadata of ${draft.group} is wrong: ${problem.message}`);
  const device: Desired['devices'][string] = { name, targets: [] };
  devices[uuid] = device;
  if (lv.readOnly || poolSegment(lv)) device.readOnly = true;
  if (lv.hidden) device.hidden = true;
  if (lv.minor !== undefined) device.minor = lv.minor;
  const wipe = work.before && (work.wipe === 'blank' ? blank : fresh) ? endsOf(draft, lv, work.before) : [];
  if (wipe.length > 0) device.wipe = wipe;
  const mapping = mappingOf(work, id, lv, fresh);
  device.targets = tableOf(work, id, mapping);
  return name;
}

/** Looked for when the first volume is mapped: often none is. */
function uppersOf(lvs: Draft['lvs']): () => Uppers {
  let found: Uppers | undefined;
  return () => {
    found ??= { externalOrigins: externalOrigins(lvs), snapshots: snapshotsByOrigin(lvs) };
    return found;
  };
}

function tableOf(work: Work, id: string, mapping: Mapping): Target[] {
  const { externalOrigins, snapshots: all } = work.uppers();
  const snapshots = all.get(id);
  if (!snapshots) return externalOrigins.has(id) ? overReal(mapping) : mapping.rows();
  return originTable(mapping, snapshots, mergingNow(work, id, mapping));
}

/** Whether a snapshot is there only as what its origin has from now on. */
function isBack(work: Omit<Work, 'top' | 'mode'>, id: string): boolean {
  const segment = snapshotSegment(work.draft.lvs[id] as Lv);
  const uuid = (lv: string): string => uuidOf(work.group.id, lv, layerOf(work.draft.lvs[lv] as Lv));
  return segment?.merging === true && mergingNow(work, segment.origin, { uuid }) === id;
}

/** Whoever has one of the two open would find other content in it, or none: then the origin waits until it comes up anew. */
function mergingNow(
  { draft, upAsOrigin, inUse }: Omit<Work, 'top' | 'mode'>,
  id: string,
  { uuid }: Pick<Mapping, 'uuid'>,
): string | undefined {
  const merging = mergingInto(draft.lvs, id);
  if (merging === undefined || !upAsOrigin?.has(uuid(id))) return merging;
  return [id, merging].some((lv) => inUse?.has(uuid(lv))) ? undefined : merging;
}

/** Whether a volume is one that the version before did not have. */
function isNew({ before }: Pick<Work, 'before'>, id: string): boolean {
  return before !== undefined && !Object.hasOwn(before.lvs, id);
}

function mappingOf(work: Work, id: string, lv: Lv, fresh: boolean): Mapping {
  const sectors = (extents: Extents): Sectors => extents * work.draft.vg.extentSize;
  // the parts of a volume that was there before may hold its data: they are new in name only
  const volume: Mapping['volume'] = (under, { blank } = {}) =>
    `@${mapVolume(work, under, isNew(work, under) && (blank ?? fresh), isNew(work, under) && blank)}`;
  let fillers = 0;
  const mapping: Mapping = {
    id,
    lv,
    lvs: work.draft.lvs,
    previous: work.previous,
    of: (other) => mappingOf(work, other, work.draft.lvs[other] as Lv, isNew(work, other)),
    uuid: (other) => uuidOf(work.group.id, other, layerOf(work.draft.lvs[other] as Lv)),
    mode: work.mode,
    complete: (other) => missingDevices(work.draft, other).length === 0,
    sectors,
    volume,
    place: ({ pv, lv: under, extent }: Area, length) =>
      under === undefined
        ? placeOnPv(work, lv, pv ?? '', sectors(extent), sectors(length))
        : { device: volume(under), sector: sectors(extent) },
    made: (layer) => {
      const device = work.devices[uuidOf(work.group.id, id, layer)];
      return device && `@${device.name}`;
    },
    layer: (layer, targets, options) => addLayer(work, id, lv, layer, { targets, ...options }),
    filler: (size) => ({
      device: addLayer(work, id, lv, `missing_${fillers++}`, { targets: [{ type: 'error', size, args: '' }] }),
      sector: 0,
    }),
    rows: () => rowsOf(mapping),
    otherwise: (targets) => {
      const device = work.devices[mapping.uuid(id)];
      if (device) device.otherwise = targets;
    },
    status: () => work.status?.get(mapping.uuid(id)),
  };
  return mapping;
}

function placeOnPv({ draft, missing, mode, top }: Work, lv: Lv, pv: string, offset: Sectors, length: Sectors): Place | undefined {
  const device = draft.devices?.[pv];
  if (!device) {
    if (mode !== 'partial') missing.set(pv, (missing.get(pv) ?? new Set()).add(draft.lvs[top]?.name ?? top));
    return undefined;
  }
  const sector = (draft.pvs[pv]?.dataStart ?? 0) + offset;
  if (sector + length > device.size)
    throw fail('outOfSync', 'device-too-small', `device "${device.path}" of PV "${pv}" is too small for volume "${lv.name}"`, {
      hint: 'the device has shrunk, or another one has taken its place',
      details: { pv, path: device.path, size: device.size, needed: sector + length },
    });
  return { device: device.dev ?? device.path, sector };
}

type Layer = LayerOptions & { targets: Target[] };

function addLayer({ devices, group }: Work, id: string, lv: Lv, layer: string, rest: Layer): string {
  const uuid = uuidOf(group.id, id, layer);
  const full = dmName(group.name, lv.name, layer);
  const name = full.length > mostNameBytes ? uuid : full;
  devices[uuid] = { name, hidden: true, ...rest };
  return `@${name}`;
}
