import { committedOrigin } from './committed.js';
import type { Draft } from './draft.js';
import { areaLength } from './kinds/kinds.js';
import { isPlain } from './kinds/plain.js';
import type { Lv, Metadata } from './metadata.js';
import { isUsed, overlap, usedExtents } from './used.js';

/*
 * What regions hold was checked before it was committed, and documents are never changed in place. So of metadata that edits in this
 * process have made from it, a volume that is still the very same object has nothing wrong with it by itself: of 100,000
 * volumes, as a rule all but one.
 */

/**
 * The volumes that are not what they were when the metadata was committed; undefined when all must be looked at: the origin is
 * not known, or something has changed that holds for all of them.
 */
export function changedVolumes({ before, vg, pvs, lvs, groupName }: Draft): Metadata['lvs'] | undefined {
  const origin = committedOrigin(before);
  if (!origin || origin.group !== groupName || origin.metadata.vg !== vg || origin.metadata.pvs !== pvs) return undefined;
  const old = origin.metadata.lvs;
  const changed: Metadata['lvs'] = {};
  if (lvs !== old) for (const id in lvs) if (lvs[id] !== old[id]) changed[id] = lvs[id] as Lv;
  return changed;
}

/** Whether a volume lies on PVs and nothing else: what becomes of other volumes is nothing to it, but for names and extents. */
export function isByItself({ segments, minor }: Lv): boolean {
  if (minor !== undefined) return false;
  for (const segment of segments) {
    if (!isPlain(segment)) return false;
    for (const { pv } of segment.areas) if (pv === undefined) return false;
  }
  return true;
}

/** Whether extents of the changed volumes are used by others too, or reserved. */
export function collide({ pvs, lvs }: Draft, changed: Metadata['lvs']): boolean {
  const used = usedExtents(pvs, changed); // with what is reserved
  for (const of of used.values()) if (overlap(of)) return true;
  for (const id in lvs) {
    if (Object.hasOwn(changed, id)) continue;
    for (const segment of (lvs[id] as Lv).segments)
      for (const { pv, extent } of segment.areas) {
        const others = pv === undefined ? undefined : used.get(pv);
        if (others && others.starts.length > 0 && isUsed(others, extent, areaLength(segment))) return true;
      }
  }
  return false;
}
