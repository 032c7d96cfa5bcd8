import { path, positive } from '#documents/common.schema.js';
import { backendNames, fileSystems, wordPattern } from './service.schema.js';

const flag = { type: 'boolean' } as const;
const level = { type: 'string', pattern: '^[^/+#\\0]{1,200}$' } as const;
const text = { type: 'string', minLength: 1, maxLength: 1024 } as const;
const megabytes = { type: 'integer', minimum: 1, maximum: 2 ** 40 } as const;

/** Section `dvs` of the `-c` config. What is left out is as docs/service.md says. */
export const dvsConfigSchema = {
  $id: 'dvm:config-dvs',
  type: 'object',
  additionalProperties: false,
  properties: {
    /** As with `-b`, which overrides it. */
    brokers: { type: 'array', items: text, minItems: 1 },
    clientId: text,
    username: text,
    /** Files, so that no secret stands in a command line or an environment. */
    passwordFile: path,
    ca: path,
    cert: path,
    key: path,
    /** Seconds for which the broker keeps what was sent while dvs is away (MQTT 5). */
    sessionExpiry: positive,
    /** Seconds. */
    keepalive: { type: 'integer', minimum: 1, maximum: 65_535 },
    /** The levels that topics are made of. */
    topics: {
      type: 'object',
      additionalProperties: false,
      properties: {
        DOCKER_TOPIC: level,
        NODE_NAME: level,
        VOLUMES_TOPIC: level,
        SIP_TOPIC: level,
        JOBS_TOPIC: level,
        FAILURES_TOPIC: level,
        PRESENCE_TOPIC: level,
      },
    },
    /** Failures on the topic of the answers too, as status FAILED. */
    answerFailed: flag,
    stateDirectory: path,
    /** Mount points are these directories, or below them. */
    roots: { type: 'array', items: path },
    overNonEmpty: flag,
    backend: { enum: backendNames },
    fs: { enum: fileSystems },
    mountOptions: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z0-9_=.:-]{1,100}$' } },
    /** Of image files: as they are written, or all at once. */
    allocation: { enum: ['sparse', 'reserved'] },
    dvm: {
      type: 'object',
      required: ['group'],
      additionalProperties: false,
      properties: {
        group: text,
        /** A thin pool; without it volumes are linear. */
        pool: text,
        /** What becomes of a linear volume's blocks when it is deleted. */
        erase: { enum: ['zero', 'discard', 'none'] },
        /** `-c` of dvm. */
        config: path,
      },
    },
    limits: {
      type: 'object',
      additionalProperties: false,
      properties: {
        payloadBytes: { type: 'integer', minimum: 64, maximum: 1 << 24 },
        sizeMB: megabytes,
        volumes: positive,
        volumesPerSender: positive,
        waitingPerSender: positive,
        atOnce: { type: 'integer', minimum: 1, maximum: 64 },
      },
    },
    /** Who may send jobs; everybody whom the broker lets through when unset. */
    senders: { type: 'array', items: { type: 'string', pattern: wordPattern } },
    /** Volumes are deleted only by the sender who had them created. */
    ownOnly: flag,
    history: {
      type: 'object',
      additionalProperties: false,
      properties: { count: positive, days: positive },
    },
    docker: {
      type: 'object',
      additionalProperties: false,
      properties: { socket: path, sizeMB: megabytes, fs: { enum: fileSystems } },
    },
    /** Where /metrics and /healthz are served: the path of a socket, or 127.0.0.1:PORT. */
    status: { type: 'string', pattern: '^(/.{1,100}|127\\.0\\.0\\.1:[0-9]{1,5}|\\[::1\\]:[0-9]{1,5})$' },
  },
} as const;
