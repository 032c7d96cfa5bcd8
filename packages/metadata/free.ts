import type { Extents } from '#tool/units.js';
import { areaLength } from './kinds/kinds.js';
import type { Metadata } from './metadata.js';
import { byStart, type Run, without } from './runs.js';
import { freeRuns, usedExtents } from './used.js';

/** The extents that volumes use, by PV, in order of start. One pass over the metadata. */
export function usedRuns(...volumes: Metadata['lvs'][]): Map<string, Run[]> {
  const used = new Map<string, Run[]>();
  for (const lv of volumes.flatMap((lvs) => Object.values(lvs)))
    for (const segment of lv.segments) {
      const count = areaLength(segment);
      for (const { pv, extent } of segment.areas) {
        if (pv === undefined) continue;
        const runs = used.get(pv);
        if (runs) runs.push({ start: extent, count });
        else used.set(pv, [{ start: extent, count }]);
      }
    }
  for (const runs of used.values()) runs.sort(byStart);
  return used;
}

/** The free extents of every PV: neither used nor reserved. Computed once an edit, never stored. */
export class FreeMap {
  readonly #runs = new Map<string, readonly Run[]>();

  /** What any of `volumes` uses is not free. */
  constructor(pvs: Metadata['pvs'], ...volumes: Readonly<Metadata['lvs']>[]) {
    for (const [id, used] of usedExtents(pvs, ...volumes)) this.#runs.set(id, freeRuns(used, pvs[id]?.extents ?? 0));
  }

  /** In order of start, without overlaps. */
  of(pv: string): readonly Run[] {
    return this.#runs.get(pv) ?? [];
  }

  /** @throws Error when an extent is not free: a defect, not a user's mistake */
  take(pv: string, start: Extents, count: Extents): void {
    this.#runs.set(pv, without(this.of(pv), { start, count }));
  }
}
