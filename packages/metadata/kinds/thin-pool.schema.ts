import { count, id, positive } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** dm-thin keeps ids of its devices in 24 bits. */
export const mostDeviceId = 2 ** 24 - 1;
export const deviceId = { type: 'integer', minimum: 0, maximum: mostDeviceId } as const;

/** What the kernel's pool has yet to be told; those of one `transaction` are told together. */
const message = {
  type: 'object',
  required: ['transaction'],
  additionalProperties: false,
  properties: {
    /** The pool's transaction id once this and the others of the same transaction are told. */
    transaction: positive,
    create: deviceId,
    /** A new device that is a snapshot of device `origin`. */
    snapshot: deviceId,
    delete: deviceId,
    origin: deviceId,
  },
  oneOf: [{ required: ['create'] }, { required: ['snapshot', 'origin'] }, { required: ['delete'] }],
} as const;

/** A pool of chunks that thin volumes get on their first write. Its one area is the volume with the data. */
export const thinPoolSchema = segmentSchema(
  ['thin-pool'],
  areas(1, 1),
  {
    /** The volume with the pool's own metadata. */
    meta: id,
    /** Sectors; a multiple of 128 up to 2^21. */
    chunkSize: { type: 'integer', minimum: 128, maximum: 2 ** 21 },
    /** The pool's transaction id once all messages are told. */
    transaction: count,
    /** What becomes of discards; without it they free chunks and go on to the devices (`passdown`). */
    discards: { enum: ['no-passdown', 'ignore'] },
    /** Chunks are not zeroed before they are handed out. */
    zero: { const: false },
    /** Writes fail at once when the pool is full, instead of waiting for space. */
    errorIfFull: { const: true },
    /** Free chunks at which the kernel raises an event. */
    lowWater: positive,
    messages: { type: 'array', items: message, minItems: 1 },
  },
  ['meta', 'chunkSize', 'transaction'],
);
