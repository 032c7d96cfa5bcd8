import { idPattern, txnPattern } from './ids.js';

/** Pieces that several schemas share. */
export const id = { type: 'string', pattern: idPattern } as const;
export const txn = { type: 'string', pattern: txnPattern } as const;
export const ids = { pattern: idPattern } as const;
/** Whole number of sectors or extents that a double holds exactly. */
export const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
export const positive = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } as const;
export const name = { type: 'string', minLength: 1, maxLength: 127 } as const;
export const path = { type: 'string', minLength: 1, maxLength: 4096, pattern: '^[^\\0]+$' } as const;
export const tags = {
  type: 'array',
  items: { type: 'string', pattern: '^[A-Za-z0-9_+.\\-/=!:&#@]{1,1024}$' },
  uniqueItems: true,
} as const;

/** A byte range of a device that carries metadata, in sectors. */
export const extentOfDevice = {
  type: 'object',
  required: ['start', 'length'],
  additionalProperties: false,
  properties: { start: count, length: positive },
} as const;
