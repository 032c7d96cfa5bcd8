import { id, positive } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** Regions of dm-clone, in sectors: powers of two within this. */
export const [smallestRegion, largestRegion] = [8, 2 ** 21];

/** A block device by path, absolute and without blanks (a table's words), and how many sectors it has. */
const path = { type: 'string', maxLength: 4096, pattern: '^/[^\\s\\u0000-\\u001f\\u007f]+$' } as const;

/**
 * A lazy copy of a source that nobody writes to: what has not been copied is read from there. Its one area is the volume that
 * the copy is made on.
 */
export const cloneSchema = segmentSchema(
  ['clone'],
  areas(1, 1),
  {
    /** The hidden volume that remembers which regions have been copied. */
    meta: id,
    /** A read-only volume of the group, or another device. */
    source: {
      type: 'object',
      additionalProperties: false,
      properties: { lv: id, path, size: positive },
      oneOf: [{ required: ['lv'] }, { required: ['path', 'size'] }],
    },
    /** Sectors that are copied as one. */
    regionSize: { type: 'integer', minimum: smallestRegion, maximum: largestRegion },
    /** Copies only what is written to, and nothing in the background. */
    hydration: { const: false },
    /** Regions that may be under way at once, and that are copied by one request; the kernel's default is 1. */
    threshold: positive,
    batchSize: positive,
  },
  ['meta', 'source', 'regionSize'],
);
