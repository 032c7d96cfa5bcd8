import { count, path, positive } from '#documents/common.schema.js';
import { idPattern } from '#documents/ids.js';

/**
 * Ids that senders choose for themselves and their jobs. They become parts of topics and names of files, so only characters
 * that mean nothing there are let in (`/`, `+` and `#` above all).
 */
export const wordPattern = '^[A-Za-z0-9_][A-Za-z0-9_.:@=-]{0,99}$';
const word = { type: 'string', pattern: wordPattern } as const;
const time = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z$' } as const;
const text = { type: 'string', maxLength: 4096 } as const;

export const fileSystems = ['ext2', 'ext3', 'ext4', 'xfs'] as const;
export const backendNames = ['file', 'dvm'] as const;

/** What a sender may say of a job. Both spellings of a field are known. */
export const requestSchema = {
  $id: 'dvm:dvs-request',
  type: 'object',
  required: ['sipId'],
  additionalProperties: false,
  properties: {
    job: word,
    jobId: word,
    sipId: word,
    mountPount: path,
    mountPoint: path,
    /** Megabytes (2^20 bytes). */
    volumeSize: { type: ['string', 'integer'], pattern: '^[0-9]{1,12}$', minimum: 0, maximum: 999_999_999_999 },
  },
} as const;

/** A job as it is kept on disk: docs/formats/dvs.md. */
export const jobSchema = {
  $id: 'dvm:dvs-job',
  type: 'object',
  required: ['kind', 'version', 'sender', 'job', 'action', 'mountPoint', 'order', 'state', 'received', 'told'],
  additionalProperties: false,
  properties: {
    kind: { const: 'dvs-job' },
    version: { const: 1 },
    sender: word,
    job: word,
    action: { enum: ['create', 'delete'] },
    mountPoint: path,
    sizeMB: positive,
    /** The volume that it makes, chosen when the job is accepted; or the one that it removes, once that is found. */
    volume: { type: 'string', pattern: idPattern },
    /** Position among all jobs ever accepted. */
    order: count,
    state: { enum: ['accepted', 'done', 'failed'] },
    received: time,
    ended: time,
    error: {
      type: 'object',
      required: ['code', 'message'],
      additionalProperties: false,
      properties: { code: text, message: text, hint: text },
    },
    /** The broker has acknowledged the answer that ends the job. */
    told: { type: 'boolean' },
  },
} as const;

const dockerSchema = {
  type: 'object',
  required: ['name', 'options', 'mounts'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$' },
    /** As they were given when it was created. */
    options: { type: 'object', additionalProperties: text },
    /** Docker's ids of those who have it mounted, and since when. */
    mounts: { type: 'object', additionalProperties: time },
  },
} as const;

/** A volume as it is kept on disk: docs/formats/dvs.md. */
export const volumeSchema = {
  $id: 'dvm:dvs-volume',
  type: 'object',
  required: ['kind', 'version', 'id', 'mountPoint', 'sizeMB', 'fs', 'backend', 'state', 'formatted', 'made', 'created'],
  additionalProperties: false,
  properties: {
    kind: { const: 'dvs-volume' },
    version: { const: 1 },
    id: { type: 'string', pattern: idPattern },
    mountPoint: path,
    sizeMB: positive,
    fs: { enum: fileSystems },
    backend: { enum: backendNames },
    /** Of the backend `dvm`. */
    group: { type: 'string', minLength: 1, maxLength: 127 },
    pool: { type: 'string', minLength: 1, maxLength: 127 },
    /** Who asked for it by message. */
    sender: word,
    /** Set for volumes of Docker: those are mounted while containers use them, all others always. */
    docker: dockerSchema,
    /** Of the root directory. */
    mode: { type: 'integer', minimum: 0, maximum: 0o7777 },
    uid: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 2 },
    gid: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 2 },
    state: { enum: ['creating', 'ready', 'removing'] },
    /** The file system is made: from now on nothing formats it again. */
    formatted: { type: 'boolean' },
    /** Directories that were made for the mount point, outermost first. */
    made: { type: 'array', items: path },
    created: time,
  },
} as const;
