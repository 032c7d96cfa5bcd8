import type { KindRules, SegmentOf } from './kind.js';

/** Error and zero segments lie nowhere. */
export const fixed: KindRules<SegmentOf<'error'>> = {
  areaLength: () => 0,
  references: () => [],
  states: () => [],
};
