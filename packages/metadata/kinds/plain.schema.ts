import { positive } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** Extents one after another, or in turns: a segment of n areas takes count / n extents of each. */
export const plainSchema = segmentSchema(
  ['linear', 'striped'],
  areas(1, 128),
  {
    /** Sectors; striped only. */
    stripeSize: positive,
  },
  [],
);
