import type { Draft } from '../draft.js';
import type { Cache } from '../kinds/cache.js';
import { pullUp } from '../layers.js';
import type { Lv } from '../metadata.js';
import { poolSegment } from '../thin/segments.js';
import { dropIdleSpare } from '../thin/spare.js';

/** The segment of a cached volume; undefined for any other. */
export function cacheSegment(lv: Lv | undefined): Cache | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'cache' ? segment : undefined;
}

/** What is cached of a volume: of a thin pool its data. */
export function cachedPart(draft: Draft, id: string): string {
  return poolSegment(draft.lvs[id])?.areas[0]?.lv ?? id;
}

/** The hidden volume under a cache that has everything. */
export function originOf({ areas }: Pick<Cache, 'areas'>): string {
  return areas[0]?.lv ?? '';
}

/** Whether the cache may hold what nothing else holds. */
export function mayBeDirty({ mode, dirty }: Cache): boolean {
  return mode === 'writeback' || dirty === true;
}

/** The cache goes; what it cached stays, as the volume itself. */
export function takeOffCache(draft: Draft, id: string, segment: Cache): void {
  pullUp(draft, id, originOf(segment));
  for (const part of [segment.data, segment.meta]) draft.removeLv(part);
  dropIdleSpare(draft);
}
