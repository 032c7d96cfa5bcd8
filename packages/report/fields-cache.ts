import { type CacheStatus, parseCacheStatus } from '#dm/cache-status.js';
import { cacheSegment } from '#metadata/cache/segments.js';
import type { Cache } from '#metadata/kinds/cache.js';
import { lvFields, type Value } from './field.js';
import type { LvView } from './views.js';

/** Fields of cached volumes, as lvs(8) names them; null for other volumes, and where the kernel was not asked. */
export const cacheTable = lvFields([
  ['cache_mode', 'string', 'CacheMode', 'cached volumes: where writes go', (l) => ofSegment(l, (s) => s.mode)],
  [
    'cache_policy',
    'string',
    'CachePolicy',
    'cached volumes: smq; cleaner while all is written back',
    (l) => ofSegment(l, (s) => s.policy),
  ],
  ['cache_settings', 'list', 'CacheSettings', 'cached volumes: settings of the policy', settings],
  [
    'cache_total_blocks',
    'count',
    'CacheTotalBlocks',
    'cached volumes: chunks of the cache',
    (l) => ofStatus(l, (s) => s.data?.total),
  ],
  [
    'cache_used_blocks',
    'count',
    'CacheUsedBlocks',
    'cached volumes: chunks that hold something',
    (l) => ofStatus(l, (s) => s.data?.used),
  ],
  [
    'cache_dirty_blocks',
    'count',
    'CacheDirtyBlocks',
    'cached volumes: chunks that are not written back',
    (l) => ofStatus(l, (s) => s.dirty),
  ],
  [
    'cache_read_hits',
    'count',
    'CacheReadHits',
    'cached volumes: reads that the cache had',
    (l) => ofStatus(l, (s) => s.readHits),
  ],
  [
    'cache_read_misses',
    'count',
    'CacheReadMisses',
    'cached volumes: reads that it had not',
    (l) => ofStatus(l, (s) => s.readMisses),
  ],
  [
    'cache_write_hits',
    'count',
    'CacheWriteHits',
    'cached volumes: writes to what the cache had',
    (l) => ofStatus(l, (s) => s.writeHits),
  ],
  [
    'cache_write_misses',
    'count',
    'CacheWriteMisses',
    'cached volumes: writes to what it had not',
    (l) => ofStatus(l, (s) => s.writeMisses),
  ],
]);

/** What the kernel says of a cache. */
export function cacheStatus({ lv, status }: LvView): CacheStatus | undefined {
  return cacheSegment(lv) ? parseCacheStatus(status) : undefined;
}

/** The letters of `lv_attr` for the kind and the target: a cached volume, what it caches, its chunks, its metadata. */
export function cacheLetters({ lv }: LvView): [kind: string, target: string] | undefined {
  if (cacheSegment(lv)) return ['C', 'C'];
  if (!lv.hidden) return undefined;
  const [, part] = /_(corig|cdata|cmeta)$/.exec(lv.name) ?? [];
  return part === 'corig' ? ['o', 'C'] : part === 'cdata' ? ['C', '-'] : part === 'cmeta' ? ['e', '-'] : undefined;
}

function ofSegment({ lv }: LvView, of: (segment: Cache) => Value): Value {
  const segment = cacheSegment(lv);
  return segment ? of(segment) : null;
}

function ofStatus(l: LvView, of: (status: CacheStatus) => number | undefined): Value {
  const status = cacheStatus(l);
  return (status && of(status)) ?? null;
}

function settings({ lv }: LvView): string[] {
  return Object.entries(cacheSegment(lv)?.settings ?? {}).map(([name, value]) => `${name}=${value}`).sort(); // biome-ignore format: one line
}
