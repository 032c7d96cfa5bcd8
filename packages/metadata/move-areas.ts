import type { Extents } from '#tool/units.js';
import { areaLength } from './kinds/kinds.js';
import { isPlain } from './kinds/plain.js';
import type { Segment } from './metadata.js';
import { intersection, type Run } from './runs.js';

/**
 * A segment cut so that the extents of each area lie either wholly within some runs of a PV or outside of them.
 *
 * @returns the pieces in order; the very segment where nothing has to be cut
 */
export function cutAt(segment: Segment, pv: string, runs: readonly Run[]): Segment[] {
  const length = areaLength(segment);
  const cuts = new Set<Extents>();
  for (const area of segment.areas) {
    if (area.pv !== pv) continue;
    for (const run of intersection(runs, [{ start: area.extent, count: length }]))
      for (const at of [run.start - area.extent, run.start + run.count - area.extent]) if (at > 0 && at < length) cuts.add(at);
  }
  return split(segment, [...cuts]);
}

/** A linear or striped segment cut at some numbers of extents of each of its areas. */
export function split(segment: Segment, cuts: readonly Extents[]): Segment[] {
  if (cuts.length === 0 || !isPlain(segment)) return [segment];
  const edges = [0, ...cuts.toSorted((a, b) => a - b), areaLength(segment)];
  const n = segment.areas.length;
  return edges.slice(1).map((end, i) => {
    const from = edges[i] as Extents;
    const areas = segment.areas.map((a) => ({ ...a, extent: a.extent + from }));
    return { ...segment, start: segment.start + from * n, count: (end - from) * n, areas };
  });
}
