import { count, path, positive } from './common.schema.js';

export const regionsSchema = {
  $id: 'dvm:regions',
  type: 'object',
  required: ['kind', 'version', 'regions'],
  additionalProperties: false,
  properties: {
    kind: { const: 'regions' },
    version: { const: 1 },
    regions: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['path', 'start', 'length'],
        additionalProperties: false,
        /** `start` and `length` in sectors, both multiples of 8 (4 KiB). */
        properties: { path, start: count, length: positive },
      },
    },
  },
} as const;
