import { count, name, path } from '#documents/common.schema.js';

/** What fs_resize did, or would do. */
export const fsResultSchema = {
  $id: 'dvm:fs-result',
  type: 'object',
  required: ['kind', 'version', 'volume', 'path', 'type', 'action', 'from', 'to', 'done'],
  additionalProperties: false,
  properties: {
    kind: { const: 'fs-result' },
    version: { const: 1 },
    volume: name,
    path,
    /** As wipefs names it; null where nothing is on the volume. */
    type: { type: ['string', 'null'] },
    action: { enum: ['none', 'grow', 'shrink'] },
    /** Sectors. */
    from: count,
    to: count,
    mountedOn: path,
    /** False for a check or a dry run. */
    done: { type: 'boolean' },
  },
} as const;
