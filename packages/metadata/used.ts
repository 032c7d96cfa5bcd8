import type { Extents } from '#tool/units.js';
import { areaLength } from './kinds/kinds.js';
import type { Lv, Metadata } from './metadata.js';
import type { Run } from './runs.js';

/**
 * The extents of one PV that are used or reserved: where runs start and where they end, each list in order by itself.
 * That is enough to tell gaps and overlaps, and two arrays of numbers are sorted many times faster than one of runs.
 */
export interface Used {
  starts: Float64Array;
  ends: Float64Array;
}

/** What volumes use of each PV, and what is reserved on each of `pvs`. One pass over the metadata. */
export function usedExtents(pvs: Metadata['pvs'], ...volumes: Readonly<Metadata['lvs']>[]): Map<string, Used> {
  const found = new Map(Object.keys(pvs).map((pv) => [pv, { starts: [] as number[], ends: [] as number[] }]));
  let last = { pv: '', starts: [] as number[], ends: [] as number[] };
  const add = (pv: string, start: Extents, count: Extents): void => {
    if (pv !== last.pv) {
      last = { pv, ...(found.get(pv) ?? { starts: [], ends: [] }) };
      found.set(pv, last);
    }
    last.starts.push(start);
    last.ends.push(start + count);
  };
  for (const [id, pv] of Object.entries(pvs)) for (const { extent, count } of pv.reserved ?? []) add(id, extent, count);
  for (const lvs of volumes)
    for (const id in lvs)
      for (const segment of (lvs[id] as Lv).segments)
        for (const { pv, extent } of segment.areas) if (pv !== undefined) add(pv, extent, areaLength(segment));
  const sorted = (extents: number[]): Float64Array => new Float64Array(extents).sort();
  return new Map([...found].map(([pv, { starts, ends }]) => [pv, { starts: sorted(starts), ends: sorted(ends) }]));
}

/**
 * The runs of `[0, extents)` that are free. As many runs as have started up to a start have ended at the end of the same
 * index, at the latest; if that lies before the next start, nothing reaches over.
 */
export function freeRuns({ starts, ends }: Used, extents: Extents): Run[] {
  const free: Run[] = [];
  for (let i = 0; i <= starts.length; i++) {
    const from = ends[i - 1] ?? 0;
    const to = Math.min(starts[i] ?? extents, extents);
    if (from < to) free.push({ start: from, count: to - from });
  }
  return free;
}

/** Whether any extent is used twice. */
export function overlap({ starts, ends }: Used): boolean {
  return starts.some((start, i) => start < (ends[i - 1] ?? 0));
}

/** Whether any of `count` extents from `start` is used: as many runs as begin before their end must have ended at their start. */
export function isUsed({ starts, ends }: Used, start: Extents, count: Extents): boolean {
  return firstAtLeast(starts, start + count) > firstAtLeast(ends, start + 1);
}

/** Index of the first of numbers in order that is `least` or more; their count when there is none. */
function firstAtLeast(numbers: Float64Array, least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
