import { id } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';
import { deviceId } from './thin-pool.schema.js';

/** A volume whose extents are only promised: chunks come from the pool. Lies nowhere itself. */
export const thinSchema = segmentSchema(
  ['thin'],
  areas(0, 0),
  {
    pool: id,
    /** The pool's number for it. */
    device: deviceId,
    /** The external origin: read where nothing has been written yet. */
    origin: id,
    /** The volume that it was a snapshot of; that one may be gone. */
    snapshotOf: id,
  },
  ['pool', 'device'],
);
