import { id, positive } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** What another volume was at an instant: its old chunks are copied to a hidden volume before they are written over. */
export const snapshotSchema = segmentSchema(
  ['snapshot'],
  areas(0, 0),
  {
    origin: id,
    /** The hidden volume that takes the old chunks. */
    cow: id,
    /** Sectors; a power of two from 8 (4 KiB) to 1024 (512 KiB). */
    chunkSize: positive,
    /** Goes back into its origin as soon as that comes up anew. */
    merging: { const: true },
  },
  ['origin', 'cow', 'chunkSize'],
);
