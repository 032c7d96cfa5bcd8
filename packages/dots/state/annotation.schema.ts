import { id } from '#documents/common.schema.js';

/** Names of dots, branches and namespaces. */
export const namePattern = '^[A-Za-z0-9_-]{1,64}$';
export const fileSystems = ['ext4', 'xfs', 'btrfs'] as const;

const name = { type: 'string', pattern: namePattern } as const;
/** RFC 3339. */
const time = { type: 'string', minLength: 1, maxLength: 40 } as const;
const reference = { type: 'string', minLength: 1, maxLength: 1024 } as const;

/** The dot itself: it is where its branch `master` is. */
const ofDot = {
  type: 'object',
  required: ['namespace', 'name', 'created', 'size', 'fs'],
  additionalProperties: false,
  properties: {
    namespace: name,
    name,
    created: time,
    /** Bytes. */
    size: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    fs: { enum: fileSystems },
    forkedFrom: { type: 'object', required: ['dot', 'commit'], additionalProperties: false, properties: { dot: id, commit: id } },
    /** What push and pull take when no other is named: `host[:port]/path`. */
    remote: reference,
    seed: {
      type: 'object',
      required: ['from', 'commit', 'state', 'at'],
      additionalProperties: false,
      properties: { from: reference, commit: id, state: { enum: ['seeding', 'hydrating', 'seeded'] }, at: time },
    },
  },
} as const;

const branch = {
  type: 'object',
  required: ['role', 'branch', 'name', 'dot'],
  additionalProperties: false,
  properties: {
    role: { const: 'branch' },
    branch: id,
    name,
    dot: id,
    /** The commit that it was last equal to. */
    head: id,
    /** What a mount of the dot shows. */
    current: { const: true },
    of: ofDot,
  },
} as const;

const commit = {
  type: 'object',
  required: ['role', 'dot', 'branch', 'author', 'message', 'time', 'metadata'],
  additionalProperties: false,
  properties: {
    role: { const: 'commit' },
    dot: id,
    /** Name of the branch that it was made in, which may have gone. */
    branch: name,
    parent: id,
    author: { type: 'string', maxLength: 256 },
    message: { type: 'string', maxLength: 4096 },
    /** Nanoseconds since 1970. */
    time: { type: 'string', pattern: '^[0-9]{1,20}$' },
    metadata: {
      type: 'object',
      propertyNames: { pattern: '^[a-z][A-Za-z0-9_.-]{0,63}$' },
      additionalProperties: { type: 'string', maxLength: 4096 },
    },
  },
} as const;

const work = {
  type: 'object',
  required: ['role', 'branch', 'name', 'dot'],
  additionalProperties: false,
  properties: {
    role: { const: 'work' },
    /** The branch that it becomes. */
    branch: id,
    name,
    dot: id,
    /** The commit that is being written to it; without it a new file system is being made. */
    target: id,
    /** The newest commit that is on it in full. */
    reached: id,
    /** Of a dot that is not here yet. */
    of: ofDot,
  },
} as const;

/** What a volume of a dot carries under the key `dot` of its annotations (docs/formats/dots.md). */
export const dotAnnotationSchema = {
  $id: 'dvm:dot-annotation',
  type: 'object',
  required: ['role'],
  discriminator: { propertyName: 'role' },
  oneOf: [branch, commit, work],
} as const;
