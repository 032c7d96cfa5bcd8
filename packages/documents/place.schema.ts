import { count, id, positive } from './common.schema.js';

/** Where a region fits: pv_place → tm. */
export const placeSchema = {
  $id: 'dvm:place',
  type: 'object',
  required: ['kind', 'version', 'pv', 'start', 'length'],
  additionalProperties: false,
  /** `start` and `length` in sectors. */
  properties: { kind: { const: 'place' }, version: { const: 1 }, pv: id, start: count, length: positive },
} as const;
