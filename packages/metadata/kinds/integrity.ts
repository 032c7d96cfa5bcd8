import type { Draft } from '../draft.js';
import { sizeOf } from '../segments.js';
import type { KindRules, Reference, SegmentOf, State } from './kind.js';

export type IntegritySegment = SegmentOf<'integrity'>;

export const integrity: KindRules<IntegritySegment> = {
  areaLength: ({ count }) => count,
  references: ({ areas, meta }) => [...areas.flatMap(({ lv }) => (lv === undefined ? [] : [part(lv)])), part(meta)],
  states,
};

function part(lv: string): Reference {
  return { lv, role: 'part' };
}

function states({ areas, count, start }: IntegritySegment, { lvs }: Draft): State[] {
  const [area] = areas;
  const below = lvs[area?.lv ?? ''];
  if (start !== 0) return [['integrity', 'has checksums behind another segment']];
  if (area?.lv === undefined || area.extent !== 0) return [['integrity', 'has checksums of what is no whole volume']];
  if (!below || sizeOf(below) === count) return [];
  return [['integrity', `has checksums of ${count} extents, and its data has ${sizeOf(below)}`]];
}
