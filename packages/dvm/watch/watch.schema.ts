import { count, id } from '#documents/common.schema.js';

const text = { type: 'string' } as const;

/** What `dvm watch` tells, a document a line. */
export const watchSchema = {
  $id: 'dvm:watch',
  type: 'object',
  required: ['kind', 'version', 'time', 'event'],
  additionalProperties: false,
  properties: {
    kind: { const: 'watch' },
    version: { const: 1 },
    /** RFC 3339. */
    time: text,
    event: { enum: ['started', 'woken', 'done', 'failed', 'attention', 'stopped'] },
    /** Of `woken`: names of the devices that had an event. */
    devices: { type: 'array', items: text },
    /** Of `done`, `failed`, `attention`. */
    group: id,
    volume: id,
    /** Of the device that told it. */
    name: text,
    do: { enum: ['low-water', 'extend', 'extend-metadata', 'extend-snapshot', 'revive', 'replace', 'finish', 'tell'] },
    because: text,
    /** Sectors that were, or would have been, added. */
    add: count,
    /** Of a pool that is to be left when the kernel raises an event. */
    percent: { type: 'number' },
    error: {
      type: 'object',
      required: ['code', 'message'],
      additionalProperties: false,
      properties: { code: text, message: text, hint: text },
    },
  },
} as const;
