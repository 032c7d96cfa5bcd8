import { createCache, type NewCache } from '#metadata/cache/create.js';
import { cacheSegment } from '#metadata/cache/segments.js';
import type { Draft } from '#metadata/draft.js';
import type { Cache } from '#metadata/kinds/cache.js';
import { lvId } from './fixtures.js';

let made = 900;
export const partIds = (): string => lvId(made++);

/** Caches a volume with defaults for all that a test does not care about. */
export function cache(draft: Draft, volume: string, more: Partial<NewCache> = {}): string[] {
  const size = more.extents === undefined ? { size: '16M' } : {};
  return createCache(draft, { volume, pvs: [], spare: true, partIds, ...size, ...more });
}

export function cacheOf(draft: Draft, volume: string): Cache | undefined {
  return cacheSegment(draft.lvs[draft.idOf(volume) ?? '']);
}

/** Sets what a segment says of its cache. */
export function change(draft: Draft, volume: string, more: Partial<Cache>): void {
  const id = draft.idOf(volume) ?? '';
  const lv = draft.lvs[id];
  const segment = cacheSegment(lv);
  if (lv && segment) draft.setLv(id, { ...lv, segments: [{ ...segment, ...more }] });
}
