import type { Draft } from '../draft.js';
import { sizeOf } from '../segments.js';
import { largestRegion, smallestRegion } from './clone.schema.js';
import type { KindRules, Reference, SegmentOf, State } from './kind.js';

export type CloneSegment = SegmentOf<'clone'>;

export const clone: KindRules<CloneSegment> = {
  areaLength: ({ count }) => count,
  references: ({ areas, meta, source }) => [
    ...areas.flatMap(({ lv }) => (lv === undefined ? [] : [part(lv)])),
    part(meta),
    ...(source.lv === undefined ? [] : [{ lv: source.lv, role: 'base' as const }]),
  ],
  states: (segment, draft) => [...shapeStates(segment, draft), ...sourceStates(segment, draft)],
};

function part(lv: string): Reference {
  return { lv, role: 'part' };
}

export function isRegionSize(sectors: number): boolean {
  return Number.isInteger(Math.log2(sectors)) && sectors >= smallestRegion && sectors <= largestRegion;
}

function shapeStates({ areas, count, start, regionSize }: CloneSegment, { lvs }: Draft): State[] {
  const out: State[] = [];
  const [area] = areas;
  const below = lvs[area?.lv ?? ''];
  if (start !== 0) out.push(['clone', 'is a clone behind another segment']);
  if (area?.lv === undefined || area.extent !== 0) out.push(['clone', 'is a clone that does not lie on a whole volume']);
  else if (below && sizeOf(below) !== count)
    out.push(['clone', `is a clone of ${count} extents, and lies on a volume of ${sizeOf(below)}`]);
  if (!isRegionSize(regionSize)) out.push(['clone', `is copied in regions of ${regionSize} sectors`]);
  return out;
}

/** What is still read must not change, and must be there for every extent. */
function sourceStates({ source, count }: CloneSegment, { lvs, vg }: Draft): State[] {
  const { lv, path, size = 0 } = source;
  if (lv === undefined)
    return size > count * vg.extentSize ? [['clone', `is smaller than its source "${path}" of ${size} sectors`]] : [];
  const from = lvs[lv];
  const out: State[] = [];
  if (from && !from.readOnly) out.push(['clone', `is a clone of volume "${from.name}", which is writable`]);
  if (from && sizeOf(from) < count) out.push(['clone', `is larger than its source "${from.name}" of ${sizeOf(from)} extents`]);
  return out;
}
