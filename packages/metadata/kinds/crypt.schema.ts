import { count } from '#documents/common.schema.js';
import { areas, segmentSchema } from './segment.schema.js';

/** Kinds of keys that dm-crypt takes from the kernel's keyring. `logon` keys cannot be read back by anybody. */
export const keyTypes = ['logon', 'user', 'encrypted', 'trusted'] as const;
export const cryptSectorSizes = [512, 1024, 2048, 4096] as const;

/** Words of a table: no blanks, nothing that could not be printed. */
export const word = '^[!-~]+$';

/** Encrypted; its one area is the volume that what is encrypted lies on. The key itself is never here. */
export const cryptSchema = segmentSchema(
  ['crypt'],
  areas(1, 1),
  {
    /** As dm-crypt takes it: `aes-xts-plain64`. */
    cipher: { type: 'string', minLength: 1, maxLength: 128, pattern: word },
    /** Where the kernel finds the key: its keyring. */
    key: {
      type: 'object',
      required: ['type', 'size', 'description'],
      additionalProperties: false,
      properties: {
        type: { enum: keyTypes },
        /** Bytes. */
        size: { type: 'integer', minimum: 1, maximum: 512 },
        description: { type: 'string', minLength: 1, maxLength: 255, pattern: word },
      },
    },
    /** Bytes that are encrypted as one, and the least that can be written. */
    sectorSize: { enum: cryptSectorSizes },
    /** Added to the number of each sector. */
    ivOffset: count,
    /** Discards go on to the devices: what is free can be told from outside. */
    discards: { const: true },
  },
  ['cipher', 'key'],
);
