import type { Metadata } from '#metadata/metadata.js';

/** Extents of one PV that are not free. */
export interface Taken {
  reserved: number;
  allocated: number;
}

/** What is taken of each PV, by id. An extent belongs to one segment, or is reserved, or is free. */
export function takenExtents(metadata: Metadata): Map<string, Taken> {
  const taken = new Map<string, Taken>();
  for (const [id, pv] of Object.entries(metadata.pvs))
    taken.set(id, { reserved: (pv.reserved ?? []).reduce((n, r) => n + r.count, 0), allocated: 0 });
  for (const lv of Object.values(metadata.lvs))
    for (const segment of lv.segments)
      for (const area of segment.areas) {
        const of = area.pv === undefined ? undefined : taken.get(area.pv);
        if (of) of.allocated += segment.count / segment.areas.length;
      }
  return taken;
}
