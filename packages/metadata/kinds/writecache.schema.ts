import { count, id } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** Bytes that are cached as one, and the least that can be written. */
export const writecacheBlockSizes = [512, 1024, 2048, 4096] as const;

/** As the kernel names them, in the order in which it prints them (drivers/md/dm-writecache.c). */
export const writecacheSettings = [
  ...['high_watermark', 'low_watermark', 'writeback_jobs'],
  ...['autocommit_blocks', 'autocommit_time', 'max_age', 'pause_writeback'],
] as const;

/** A volume whose writes go to a faster device first. Its one area is the hidden volume that has everything else. */
export const writecacheSchema = segmentSchema(
  ['writecache'],
  areas(1, 1),
  {
    /** The hidden volume that takes the writes. */
    cache: id,
    blockSize: { enum: writecacheBlockSizes },
    settings: { type: 'object', propertyNames: { enum: writecacheSettings }, additionalProperties: count },
    /** Everything is written back, then the cache goes. */
    cleaner: { const: true },
  },
  ['cache', 'blockSize'],
);
