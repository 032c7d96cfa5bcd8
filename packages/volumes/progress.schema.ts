import { count, name } from '#documents/common.schema.js';

/** How far the kernel is with one thing. */
export const progressSchema = {
  $id: 'dvm:progress',
  type: 'object',
  required: ['kind', 'version', 'volume', 'work', 'done', 'of'],
  additionalProperties: false,
  properties: {
    kind: { const: 'progress' },
    version: { const: 1 },
    volume: name,
    work: { enum: ['move', 'sync', 'merge', 'reshape', 'clone', 'flush', 'recalculate'] },
    /** In units of the kernel's own. */
    done: count,
    of: count,
  },
} as const;
