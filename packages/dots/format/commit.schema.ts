import { count, id } from '#documents/common.schema.js';

export const digestPattern = '^sha256:[0-9a-f]{64}$';
const size = { type: 'integer', minimum: 4096, maximum: 2 ** 52 } as const;

/** The config of a commit's manifest: docs/formats/dots.md. */
export const dotCommitSchema = {
  $id: 'dvm:dot-commit',
  type: 'object',
  required: [
    ...(['kind', 'version', 'id', 'dot', 'branch', 'author', 'message', 'time', 'metadata'] as const),
    ...(['size', 'blockSize', 'index', 'used', 'ancestors'] as const),
  ],
  additionalProperties: false,
  properties: {
    kind: { const: 'dot-commit' },
    version: { const: 1 },
    id,
    dot: id,
    branch: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' },
    parent: id,
    /** Words are no longer than what the annotation of a commit holds: one that is would make the group unreadable. */
    author: { type: 'string', maxLength: 256 },
    message: { type: 'string', maxLength: 4096 },
    time: { type: 'string', pattern: '^[0-9]{1,20}$' },
    metadata: {
      type: 'object',
      maxProperties: 1024,
      propertyNames: { pattern: '^[a-z][A-Za-z0-9_.-]{0,63}$' },
      additionalProperties: { type: 'string', maxLength: 4096 },
    },
    /** Of the volume, bytes; a multiple of the size of blocks. */
    size,
    fs: {
      type: 'object',
      required: ['type'],
      additionalProperties: false,
      properties: { type: { type: 'string', maxLength: 32 }, uuid: { type: 'string', maxLength: 64 } },
    },
    blockSize: { const: 4096 },
    /** One a GiB of the volume: the digest of its segment, or null where all is zeros. */
    index: { type: 'array', maxItems: 4_194_304, items: { type: ['string', 'null'], pattern: digestPattern } },
    /** How many bytes of each pack are still used, in the order of the packs among the layers. */
    used: { type: 'array', maxItems: 100_000, items: count },
    /** The parent first. */
    ancestors: { type: 'array', maxItems: 500_000, items: id },
  },
} as const;
