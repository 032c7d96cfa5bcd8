import type { Draft } from '../draft.js';
import { sizeOf } from '../segments.js';
import type { KindRules, SegmentOf, State } from './kind.js';

export type CryptSegment = SegmentOf<'crypt'>;

export const crypt: KindRules<CryptSegment> = {
  areaLength: ({ count }) => count,
  references: ({ areas }) => areas.flatMap(({ lv }) => (lv === undefined ? [] : [{ lv, role: 'part' as const }])),
  states,
};

function states({ areas, count, start }: CryptSegment, { lvs }: Draft): State[] {
  const [area] = areas;
  const below = lvs[area?.lv ?? ''];
  if (start !== 0) return [['crypt', 'is encrypted behind another segment']];
  if (area?.lv === undefined || area.extent !== 0) return [['crypt', 'is encrypted on what is no whole volume']];
  return !below || sizeOf(below) === count
    ? []
    : [['crypt', `has ${count} extents, and what it is encrypted on ${sizeOf(below)}`]];
}
