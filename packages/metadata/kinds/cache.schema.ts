import { count, id } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** Sectors; chunks are multiples of the smallest: 32 KiB to 1 GiB (dm-cache-target.c). */
export const [smallestCacheChunk, largestCacheChunk] = [64, 2 ** 21];

export const cacheModes = ['writethrough', 'writeback', 'passthrough'] as const;

/** A volume with its busiest chunks on a faster device. Its one area is the hidden volume that has everything else. */
export const cacheSchema = segmentSchema(
  ['cache'],
  areas(1, 1),
  {
    /** The hidden volume that takes the chunks, and the one in which the kernel keeps which those are. */
    data: id,
    meta: id,
    chunkSize: { type: 'integer', minimum: smallestCacheChunk, maximum: largestCacheChunk },
    /** Writes go to both; to the cache alone until it is written back; or they only take chunks out of it. */
    mode: { enum: cacheModes },
    /** `cleaner`: everything is written back, then the cache goes. */
    policy: { enum: ['smq', 'cleaner'] },
    /** As the kernel names them: `migration_threshold`. */
    settings: {
      type: 'object',
      propertyNames: { type: 'string', maxLength: 64, pattern: '^[a-z][a-z0-9_]*$' },
      additionalProperties: count,
    },
    /** The mode was writeback, and not everything is known to have been written back since. */
    dirty: { const: true },
  },
  ['data', 'meta', 'chunkSize', 'mode', 'policy'],
);
