import type { Tail } from './allocate.js';
import { areaLength } from './kinds/kinds.js';
import type { Segment } from './metadata.js';

/** What each stripe lies on, where the volume ends in as many stripes. */
export function tailsOf(segments: readonly Segment[], stripes: number): Tail[] | undefined {
  const alike = segments.filter((s) => s.areas.length === stripes).reverse();
  const last = segments.at(-1);
  if (!last || last !== alike[0]) return undefined;
  return last.areas.map((area, i) => ({
    pv: area.pv ?? '',
    end: area.extent + areaLength(last),
    pvs: [...new Set(alike.flatMap((s) => s.areas[i]?.pv ?? []))],
  }));
}
