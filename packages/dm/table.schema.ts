import { count, positive } from '#documents/common.schema.js';
import { deviceRange } from '#documents/regions.schema.js';

/** Names and uuids as the kernel holds them (encoded), at most 127 bytes. */
export const dmText = { type: 'string', minLength: 1, maxLength: 127, pattern: '^[^\\0/]+$' } as const;
export const uuid = { type: 'string', maxLength: 128, pattern: '^[^\\0]*$' } as const;
export const dev = { type: 'string', pattern: '^\\d+:\\d+$' } as const;

/** Minor numbers have 20 bits. */
export const minor = { type: 'integer', minimum: 0, maximum: 2 ** 20 - 1 } as const;

/** What the kernel reads up to the first NUL. */
export const text = { type: 'string', maxLength: 65536, pattern: '^[^\\0]*$' } as const;

/**
 * One row of a table. `size` in sectors; the start is the running sum. In `args` a word `@NAME` stands for
 * the `major:minor` of the device-mapper device of that name, put in when the table is loaded.
 */
export const target = {
  type: 'object',
  required: ['type', 'size', 'args'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', pattern: '^[a-z0-9_-]{1,15}$' },
    size: positive,
    args: text,
  },
} as const;
export const targets = { type: 'array', items: target } as const;
/** What is to be zeroed before new devices come up, so that nothing old is found on them. */
export const wipe = { type: 'array', items: deviceRange } as const;
/** What has metadata that only programs of its own can check. */
export const checkedKind = { enum: ['thin-pool', 'cache'] } as const;

/** Transaction ids of a thin pool. */
export const transactions = { type: 'array', items: count, minItems: 1 } as const;
