import { id, positive } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** Checksums that every kernel with dm-integrity has, and how many bytes one takes. */
export const tagSizes = { crc32c: 4, xxhash64: 8, sha1: 20, sha256: 32 } as const;
export const integrityAlgorithms = ['crc32c', 'xxhash64', 'sha1', 'sha256'] as const;
export const integrityModes = ['journal', 'bitmap'] as const;
export const integrityBlockSizes = [512, 1024, 2048, 4096] as const;

/** A checksum for each block: what comes back otherwise than it was written is an error, not data. Its one area is the data. */
export const integritySchema = segmentSchema(
  ['integrity'],
  areas(1, 1),
  {
    /** The hidden volume with the checksums, and with the journal or bitmap. */
    meta: id,
    /** `journal`: data and checksums change together even in a crash; `bitmap`: what was being written then is taken as it is. */
    mode: { enum: integrityModes },
    algorithm: { enum: integrityAlgorithms },
    /** Bytes that one checksum is of. */
    blockSize: { enum: integrityBlockSizes },
    /** Sectors of the journal, or of the bitmap. */
    journalSize: positive,
    /** The kernel is still to be told to compute the checksums of what is there. */
    recalculate: { const: true },
  },
  ['meta', 'mode', 'algorithm', 'blockSize', 'journalSize'],
);
