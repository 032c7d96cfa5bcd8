import { fail } from '#tool/errors.js';
import { repairCache } from './cache/repair.js';
import { cachedPart, cacheSegment, originOf } from './cache/segments.js';
import type { Draft } from './draft.js';
import type { PartIds } from './layers.js';
import { findVolume } from './lookup.js';
import type { Lv } from './metadata.js';
import { repairMirror } from './mirror/repair.js';
import { mirrorOf } from './mirror/segments.js';
import { repairRaid } from './raid/repair.js';
import { raidOf } from './raid/resize.js';
import { repairPool } from './thin/repair.js';
import { poolSegment } from './thin/segments.js';

export interface Repair {
  volume: string;
  /** Raid: PVs whose images are to be replaced although they are there. */
  replace: readonly string[];
  /** Raid: PVs to take extents from, in order of preference. */
  pvs: readonly string[];
  /** The metadata of its cache, also where there is something else to repair. */
  cache?: boolean | undefined;
  partIds: PartIds;
}

/**
 * Replaces what is broken of a volume, in the way of its kind.
 *
 * @returns notes for people
 * @throws DvmError `no-volume`, `no-pv` (exit 80), `no-spare`, `no-space` (exit 82), `no-repair` (exit 83), `too-few-images` (exit 84)
 */
export function repairVolume(draft: Draft, r: Repair): string[] {
  const id = findVolume(draft, r.volume);
  const lv = draft.lvs[id] as Lv;
  const newId = (): string => r.partIds('pmspare');
  const part = cachedPart(draft, id);
  const cached = cacheSegment(draft.lvs[part]);
  const pool = poolSegment(lv);
  if (pool && !r.cache) return repairPool(draft, id, pool, newId);
  const stored = cached && !r.cache ? originOf(cached) : id;
  const raid = r.cache ? undefined : raidOf(draft.lvs[stored] as Lv);
  const mirror = r.cache ? undefined : mirrorOf(draft.lvs[stored]);
  if (mirror) return repairMirror(draft, stored, mirror, r);
  if (raid) return repairRaid(draft, stored, raid, r);
  if (cached) return repairCache(draft, part, cached, newId);
  throw fail('inUse', 'no-repair', `volume "${lv.name}" has nothing that could be repaired`);
}
