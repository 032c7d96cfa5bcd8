import { originStates, part } from './cache.js';
import type { KindRules, SegmentOf } from './kind.js';

export type Writecache = SegmentOf<'writecache'>;

export const writecache: KindRules<Writecache> = {
  areaLength: ({ count }) => count,
  references: ({ areas, cache }) => [...areas.flatMap((a) => a.lv ?? []), cache].map(part),
  states: (segment, draft) => originStates('writecache', segment, draft),
};
