import { id, positive } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** dm-mirror takes so many images. */
export const mostMirrored = 8;

/** Every area holds the same `count` extents; the kernel copies the first one to the others, then writes to all. */
export const mirrorSchema = segmentSchema(
  ['mirror'],
  areas(2, mostMirrored),
  {
    /** Sectors that are copied, and known to be in sync, as one; a power of two. */
    regionSize: positive,
    /** The hidden volume that remembers which regions are in sync; without it they are copied anew at each activation. */
    log: id,
    /** The kernel has not copied everything yet, or is not known to have: only the first image holds all. */
    resync: { const: true },
    /** Images that the kernel has given up. */
    failed: {
      type: 'array',
      items: { type: 'integer', minimum: 0, maximum: mostMirrored - 1 },
      uniqueItems: true,
      minItems: 1,
    },
  },
  ['regionSize'],
);
