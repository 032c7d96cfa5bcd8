import { areaLength } from './kinds/kinds.js';
import { isPlain } from './kinds/plain.js';
import type { Segment } from './metadata.js';

/** Segments with what continues the one before joined to it: one row of the table instead of two, as LVM2 has it. */
export function mergeSegments(segments: readonly Segment[]): Segment[] {
  const out: Segment[] = [];
  for (const s of segments) {
    const last = out.at(-1);
    if (last && continues(last, s)) out[out.length - 1] = { ...last, count: last.count + s.count };
    else out.push(s);
  }
  return out;
}

function continues(a: Segment, b: Segment): boolean {
  if (!isPlain(a) || !isPlain(b)) return false;
  const alike = a.type === b.type && a.stripeSize === b.stripeSize && a.areas.length === b.areas.length;
  return alike && a.areas.every(({ pv, lv, extent }, i) => follows(b.areas[i], pv, lv, extent + areaLength(a)));
}

function follows(
  area: Segment['areas'][number] | undefined,
  pv: string | undefined,
  lv: string | undefined,
  extent: number,
): boolean {
  return area !== undefined && area.pv === pv && area.lv === lv && area.extent === extent;
}
