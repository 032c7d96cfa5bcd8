import { count, positive } from '#documents/common.schema.js';
import { target } from '../table.schema.js';

const dev = { type: 'string', pattern: '^\\d{1,4}:\\d{1,7}$' } as const;
const table = {
  type: 'object',
  required: ['targets'],
  additionalProperties: false,
  properties: { targets: { type: 'array', items: target, minItems: 1 }, readOnly: { const: true } },
} as const;

/** The whole state of a simulated kernel: what exists, who holds it, and what is to fail. */
export const simKernelSchema = {
  $id: 'dvm:sim-kernel',
  type: 'object',
  required: ['kind', 'version', 'backing', 'devices'],
  additionalProperties: false,
  properties: {
    kind: { const: 'sim-kernel' },
    version: { const: 1 },
    /** Block devices that are not device-mapper's, by path. Sizes in sectors, `blockSize` in bytes. */
    backing: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['dev', 'size'],
        additionalProperties: false,
        properties: {
          dev,
          size: count,
          blockSize: { enum: [512, 1024, 2048, 4096] },
          readOnly: { const: true },
          /** Held exclusively by somebody else (mounted, a member of md): tables cannot use it. */
          held: { const: true },
        },
      },
    },
    /** Mapped devices, by name. */
    devices: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['minor'],
        additionalProperties: false,
        properties: {
          uuid: { type: 'string', maxLength: 128 },
          minor: count,
          /** Opened so many times by users (mounts, processes); tables of other devices come on top. */
          opened: count,
          eventNr: count,
          suspended: { const: true },
          /** Has had a table loaded before; before that nobody can open it. Implied by `live` and `inactive`. */
          typed: { const: true },
          /** Messages that its target has taken since the table came live. */
          told: { type: 'array', items: { type: 'string' }, minItems: 1 },
          live: table,
          inactive: table,
        },
      },
    },
    /** What thin pools know, by where their metadata begins: `MAJOR:MINOR SECTOR`. Outlives their devices. */
    pools: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['transaction', 'metadata', 'devices'],
        additionalProperties: false,
        properties: {
          transaction: count,
          /** Blocks of 4 KiB, as the pool last saw them. */
          metadata: count,
          /** By number. */
          devices: {
            type: 'object',
            propertyNames: { pattern: '^\\d{1,8}$' },
            additionalProperties: { type: 'object', additionalProperties: false, properties: { origin: count } },
          },
        },
      },
    },
    /** Calls that changed or tried to change something, over all runs. */
    calls: count,
    /** The call of that number (the first is 1) fails and does nothing. Queries are neither counted nor failed. */
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['call', 'errno'],
        additionalProperties: false,
        properties: { call: positive, errno: { type: 'string', pattern: '^E[A-Z0-9]+$' } },
      },
    },
  },
} as const;
