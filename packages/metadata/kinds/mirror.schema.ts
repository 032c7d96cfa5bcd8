import { id, positive } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** Every area holds the same `count` extents; the kernel copies the first one to the others, then writes to all. */
export const mirrorSchema = segmentSchema(
  ['mirror'],
  areas(2, 8),
  {
    /** Sectors that are copied, and known to be in sync, as one; a power of two. */
    regionSize: positive,
    /** The hidden volume that remembers which regions are in sync; without it they are copied anew at each activation. */
    log: id,
  },
  ['regionSize'],
);
