import type { Extents, Sectors } from '#tool/units.js';
import { isPlain, plain } from './kinds/plain.js';
import type { Area, Lv, Segment } from './metadata.js';

/** A stretch of a volume that is laid out alike: one area a stripe, `length` extents of each. */
export interface Row {
  areas: { pv: string; extent: Extents }[];
  length: Extents;
}

/** Size of a volume in extents. */
export function sizeOf(lv: Lv): Extents {
  const last = lv.segments.at(-1);
  return last ? last.start + last.count : 0;
}

/** The volume's segments with `rows` behind them; what continues the segment before becomes part of it. */
export function appendRows(segments: readonly Segment[], rows: readonly Row[], stripeSize: Sectors): Segment[] {
  const out = [...segments];
  for (const row of rows) {
    const last = out.at(-1);
    const next = segmentOf(row, last ? last.start + last.count : 0, stripeSize);
    if (last && continues(last, next)) out[out.length - 1] = { ...last, count: last.count + next.count };
    else out.push(next);
  }
  return out;
}

function segmentOf(row: Row, start: Extents, stripeSize: Sectors): Segment {
  const count = row.length * row.areas.length;
  if (row.areas.length === 1) return { start, count, type: 'linear', areas: row.areas };
  return { start, count, type: 'striped', areas: row.areas, stripeSize };
}

function continues(a: Segment, b: Segment): boolean {
  if (!isPlain(a) || !isPlain(b)) return false;
  const length = plain.areaLength(a);
  const follows = (x: Area, i: number): boolean =>
    x.pv !== undefined && x.pv === b.areas[i]?.pv && x.extent + length === b.areas[i]?.extent;
  return a.type === b.type && a.stripeSize === b.stripeSize && a.areas.length === b.areas.length && a.areas.every(follows);
}

/** The first `size` extents; where that cuts a segment, it must be at a whole stripe (see `roundToStripes`). */
export function truncate(segments: readonly Segment[], size: Extents): Segment[] {
  return segments.filter((s) => s.start < size).map((s) => (s.start + s.count > size ? { ...s, count: size - s.start } : s));
}

/** `size` rounded up so that no stripe of the segment that it falls into is cut. */
export function roundToStripes(segments: readonly Segment[], size: Extents): Extents {
  const cut = segments.find((s) => s.start < size && size < s.start + s.count);
  if (!cut || !isPlain(cut)) return size;
  const n = cut.areas.length;
  return cut.start + Math.ceil((size - cut.start) / n) * n;
}
