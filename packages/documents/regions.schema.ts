import { count, path, positive } from './common.schema.js';

/** A range of a device, by path. `start` and `length` in sectors, both multiples of 8 (4 KiB). */
export const deviceRange = {
  type: 'object',
  required: ['path', 'start', 'length'],
  additionalProperties: false,
  properties: { path, start: count, length: positive },
} as const;

export const regionsSchema = {
  $id: 'dvm:regions',
  type: 'object',
  required: ['kind', 'version', 'regions'],
  additionalProperties: false,
  properties: {
    kind: { const: 'regions' },
    version: { const: 1 },
    regions: { type: 'array', minItems: 1, items: deviceRange },
  },
} as const;
