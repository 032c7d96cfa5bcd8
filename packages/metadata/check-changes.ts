import { changedKeys } from '#tool/map-changes.js';
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

export interface Changed {
  /** The volumes that are not what they were when the metadata was committed. */
  lvs: Metadata['lvs'];
  /** They have all been added, and lie on PVs and nothing else: no other volume has to do with them but by its name and extents. */
  apart: boolean;
}

/** Undefined when all volumes must be looked at: the origin is not known, or something has changed that holds for all of them. */
export function changedVolumes({ before, vg, pvs, lvs, groupName }: Draft): Changed | undefined {
  const origin = committedOrigin(before);
  if (!origin || origin.group !== groupName || origin.metadata.vg !== vg || origin.metadata.pvs !== pvs) return undefined;
  const old = origin.metadata.lvs;
  const ids = changedKeys(lvs, old);
  const isAdded = ids.every((id) => !Object.hasOwn(old, id) && isByItself(lvs[id] as Lv));
  const isRemoved = Object.keys(lvs).length < Object.keys(old).length + ids.length;
  return { lvs: Object.fromEntries(ids.map((id) => [id, lvs[id] as Lv])), apart: isAdded && !isRemoved };
}

/**
 * Whether there is nothing to be said of a volume: it is as it was committed, none that changed has its name, and none has to do with
 * it, be it that those are apart, or that it lies on PVs and nothing else.
 */
export function knownAmong({ lvs, apart }: Changed): (lv: Lv) => boolean {
  const anew = new Set(Object.values(lvs));
  const names = new Set(Object.values(lvs).map((lv) => lv.name));
  return (lv) => !names.has(lv.name) && !anew.has(lv) && (apart || isByItself(lv));
}

function isByItself({ segments, minor }: Lv): boolean {
  if (minor !== undefined) return false;
  for (const segment of segments) {
    if (!isPlain(segment)) return false;
    for (const { pv } of segment.areas) if (pv === undefined) return false;
  }
  return true;
}

/** Whether extents of the changed volumes are used by others too, or reserved. */
export function collide({ pvs, lvs }: Draft, { lvs: changed }: Changed): boolean {
  const used = usedExtents(pvs, changed); // with what is reserved
  for (const of of used.values()) if (overlap(of)) return true;
  const known = new Set(Object.values(changed));
  for (const lv of Object.values(lvs)) {
    if (known.has(lv)) continue;
    for (const segment of lv.segments)
      for (const { pv, extent } of segment.areas) {
        const others = pv === undefined ? undefined : used.get(pv);
        if (others && others.starts.length > 0 && isUsed(others, extent, areaLength(segment))) return true;
      }
  }
  return false;
}
