import { id, ids, name } from '#documents/common.schema.js';

const text = { type: 'string' } as const;
const volumes = { type: 'array', items: name } as const;

const skipped = {
  type: 'object',
  required: ['volume', 'code', 'message'],
  additionalProperties: false,
  properties: { volume: name, code: text, message: text },
} as const;

const degraded = {
  type: 'object',
  required: ['volume', 'message'],
  additionalProperties: false,
  properties: { volume: name, message: text },
} as const;

const problem = {
  type: 'object',
  required: ['code', 'message'],
  additionalProperties: false,
  properties: { code: text, message: text, hint: text },
} as const;

/** What `dvm activate --all` came to. */
export const activationSchema = {
  $id: 'dvm:activation',
  type: 'object',
  required: ['kind', 'version', 'state', 'groups'],
  additionalProperties: false,
  properties: {
    kind: { const: 'activation' },
    version: { const: 1 },
    /** The worst of all groups; the exit code says the same. */
    state: { enum: ['whole', 'degraded', 'incomplete'] },
    groups: {
      type: 'array',
      items: {
        type: 'object',
        required: ['group', 'state', 'activated', 'active', 'degraded', 'skipped', 'missing', 'problems'],
        additionalProperties: false,
        properties: {
          group: { type: 'object', required: ['id', 'name'], additionalProperties: false, properties: { id, name } },
          state: { enum: ['whole', 'degraded', 'incomplete'] },
          /** Came up by this run. */
          activated: volumes,
          /** Were up before. */
          active: volumes,
          /** Are up with less than everything. */
          degraded: { type: 'array', items: degraded },
          /** Should be up and are not. */
          skipped: { type: 'array', items: skipped },
          /** PVs without a device, by id: where they were last. */
          missing: { type: 'object', propertyNames: ids, additionalProperties: { type: ['string', 'null'] } },
          /** What people should know of its devices. */
          problems: { type: 'array', items: problem },
          /** Why nothing could be done with the group. */
          error: problem,
        },
      },
    },
  },
} as const;
