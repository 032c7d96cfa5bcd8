import type { Target } from '#dm/documents.js';
import { originOf } from '#metadata/cache/segments.js';
import type { Cache } from '#metadata/kinds/cache.js';
import type { Mapping } from './kind.js';

/**
 * `cache META DATA ORIGIN CHUNK 2 metadata2 MODE POLICY N [NAME VALUE]…`, as the kernel prints it back. Without its cache a
 * volume is not mapped: what is written meanwhile the cache would not know of.
 */
export function cache(segment: Cache, m: Mapping): Target[] {
  const { data, meta, chunkSize, mode, policy, settings = {} } = segment;
  const size = m.sectors(segment.count);
  if (m.mode === 'partial' && !(m.complete(data) && m.complete(meta))) return [{ type: 'error', size, args: '' }];
  const below = [m.volume(meta, { blank: true }), m.volume(data, { blank: false }), m.volume(originOf(segment))];
  const values = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const args = [...below, chunkSize, 2, 'metadata2', mode, policy, 2 * values.length, ...values.flat()];
  return [{ type: 'cache', size, args: args.join(' ') }];
}
