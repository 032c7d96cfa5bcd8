import type { Target } from '../documents.js';
import { extentsOf, takeovers } from './extents.js';
import { hasMessages, isPool } from './pools.js';
import { resolveTargets } from './references.js';
import type { Device, Survey } from './survey.js';
import { onlyGrew, padded, sizeOf, thinId } from './tables.js';

/** In which phase each device gets its table. */
export interface Stages {
  /** New devices that come up in phase 1, because tables above them are checked against their size. */
  early: ReadonlySet<Device>;
  /** Tables switched in phase 1: of devices that grow below others. */
  interim: ReadonlyMap<Device, readonly Target[]>;
  /** Present devices whose table is switched, and new ones that come up, in phase 2. */
  late: ReadonlySet<Device>;
  /** Those of them that are made and loaded only then: what a thin pool has to be told of first, and what stands on it. */
  deferred: ReadonlySet<Device>;
  /** For devices that get sectors which present devices give up: those. */
  givers: ReadonlyMap<Device, ReadonlySet<Device>>;
}

/** @param order wanted devices, children first */
export function stage(s: Survey, order: readonly Device[]): Stages {
  const givers = findGivers(s);
  const early = new Set<Device>();
  const interim = new Map<Device, readonly Target[]>();
  const late = new Set<Device>();
  const deferred = new Set<Device>();
  for (const d of order) {
    if (!d.loads || !d.want) continue;
    if (waitsForMessages(d, deferred)) {
      deferred.add(d);
      late.add(d);
      continue;
    }
    const waits = mustWait(d, givers) || d.below.some((b) => late.has(b));
    if (!d.now) ((d.above.length > 0 || isPool(d)) && !waits ? early : late).add(d);
    else if (!needsRoom(d, d.now.targets, d.want.targets)) late.add(d);
    else if (waits || !grewOnly(d, s)) late.add(setInterim(interim, d, padded(d.now.targets, d.want.targets)));
    else setInterim(interim, d, d.want.targets);
  }
  return { early, interim, late, deferred, givers };
}

/** A thin volume that its pool may not know yet cannot be loaded; one that is live it does know. */
function waitsForMessages(d: Device, deferred: ReadonlySet<Device>): boolean {
  if (d.below.some((b) => deferred.has(b))) return true;
  if (thinId(d.want?.targets ?? []) === undefined || thinId(d.now?.targets ?? []) !== undefined) return false;
  return d.below.some(hasMessages);
}

/** Sectors that somebody still writes to come to it, or it would begin to copy. */
function mustWait(d: Device, givers: Stages['givers']): boolean {
  return (givers.has(d) && !isReadAtLoad(d, givers)) || isCoreLogMirror(d.want?.targets ?? []);
}

/**
 * What takes over the sectors of the very device that becomes a raid or a cache over it, or gets checksums: the kernel reads its
 * size when that table is loaded, and nobody writes to it before the switch.
 */
function isReadAtLoad(d: Device, givers: Stages['givers']): boolean {
  const reads = (above: Device): boolean => above.want?.targets.some((t) => readers.includes(t.type)) ?? false;
  return d.above.length > 0 && d.above.every((above) => reads(above) && givers.get(d)?.has(above));
}

/** Targets whose table is refused over a device without a size. */
const readers = ['raid', 'cache', 'integrity'];

/**
 * Tables above are to be loaded, and are checked against a size that it does not have yet. Thin volumes are not,
 * so a pool waits; nor is anything above a device without a table.
 */
function needsRoom(d: Device, live: readonly Target[], wanted: readonly Target[]): boolean {
  if (live.length === 0 || wanted.some((t) => t.type === 'thin-pool')) return false;
  return sizeOf(wanted) > sizeOf(live) && d.above.some((a) => a.loads);
}

function grewOnly({ now, want }: Device, s: Survey): boolean {
  if (!now || !want || now.readOnly !== (want.readOnly ?? false)) return false;
  return onlyGrew(now.targets, resolveTargets(want.targets, s.devOf));
}

function setInterim(interim: Map<Device, readonly Target[]>, d: Device, targets: readonly Target[]): Device {
  interim.set(d, targets);
  return d;
}

/** Would begin to copy as soon as it is up. */
function isCoreLogMirror(targets: readonly Target[]): boolean {
  return targets.some((t) => t.type === 'mirror' && t.args.startsWith('core'));
}

/** What a device gives up that is only removed in phase 2 is given by those that use it now. */
function findGivers(s: Survey): Map<Device, Set<Device>> {
  const taken = s.devices.flatMap((d) => (d.want && d.loads ? extentsOf(d, resolveTargets(d.want.targets, s.devOf)) : []));
  const given = s.devices.flatMap((d) => (d.now && (d.loads || !d.want) ? extentsOf(d, d.now.targets) : []));
  return liveGivers(takeovers(given, taken));
}

function liveGivers(found: ReadonlyMap<Device, ReadonlySet<Device>>): Map<Device, Set<Device>> {
  const out = new Map<Device, Set<Device>>();
  for (const [taker, givers] of found) {
    const live = new Set([...givers].flatMap((g) => keptAbove(g)).filter((g) => g !== taker));
    if (live.size > 0) out.set(taker, live);
  }
  return out;
}

/** The device itself, or the nearest ones above it that stay. */
export function keptAbove(d: Device): Device[] {
  return d.want ? [d] : d.liveAbove.flatMap(keptAbove);
}
