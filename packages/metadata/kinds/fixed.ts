import { type KindRules, none, type SegmentOf } from './kind.js';

/** Error and zero segments lie nowhere. */
export const fixed: KindRules<SegmentOf<'error'>> = {
  areaLength: () => 0,
  references: () => none,
  states: () => none,
};
