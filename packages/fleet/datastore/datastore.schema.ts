import { nodeName } from '../member/wire.schema.js';

/** What the nodes of a datastore keep in etcd and on their disks: docs/formats/datastore.md. */

/** Digits of an unsigned 64-bit number, as etcd tells ids. */
const memberId = { type: 'string', pattern: '^[0-9]{1,20}$' } as const;
const url = { type: 'string', maxLength: 300, pattern: '^https?://[^\\s/@,=]+:[0-9]{1,5}$' } as const;
/** NODE_RANDOM: no name is ever used twice, and with it no directory. */
const memberName = { type: 'string', pattern: '^[a-z0-9][a-z0-9.-]{0,252}_[a-z2-7]{8}$' } as const;
const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

const candidate = {
  type: 'object',
  required: ['node', 'name', 'peerUrl'],
  additionalProperties: false,
  properties: { node: nodeName, name: memberName, peerUrl: url },
} as const;

/** One change of members, written before its first step and cleared after its last. */
export const intentSchema = {
  $id: 'dvm:datastore-intent',
  type: 'object',
  required: ['kind', 'version', 'reason', 'by', 'passedOver'],
  additionalProperties: false,
  properties: {
    kind: { const: 'datastore-intent' },
    version: { const: 1 },
    reason: { enum: ['failed', 'hollow', 'asked', 'too-few'] },
    by: nodeName,
    victim: {
      type: 'object',
      required: ['node', 'id'],
      additionalProperties: false,
      properties: { node: nodeName, id: memberId },
    },
    candidate,
    /** The candidate as a member: its id, and what it is to be started with (`--initial-cluster`). */
    added: {
      type: 'object',
      required: ['id', 'cluster'],
      additionalProperties: false,
      properties: { id: memberId, cluster: { type: 'string', maxLength: 8192 } },
    },
    /** Nodes that were candidates and did not come up. */
    passedOver: { type: 'array', items: nodeName, maxItems: 1000 },
  },
} as const;

/** What operators have asked for. */
export const rulesSchema = {
  $id: 'dvm:datastore-rules',
  type: 'object',
  required: ['kind', 'version', 'wanted', 'graceMs', 'excluded'],
  additionalProperties: false,
  properties: {
    kind: { const: 'datastore-rules' },
    version: { const: 1 },
    wanted: { type: 'integer', minimum: 1, maximum: 9 },
    /** From a failure's detection to the replacement. */
    graceMs: { type: 'integer', minimum: 0, maximum: 86_400_000 },
    /** Nodes that are to carry nothing. */
    excluded: { type: 'array', items: nodeName, maxItems: 1000 },
  },
} as const;

/** What a node tells of itself; it goes with the node's lease. */
export const reportSchema = {
  $id: 'dvm:datastore-report',
  type: 'object',
  required: ['kind', 'version', 'node', 'peerUrl', 'clientUrl', 'dead'],
  additionalProperties: false,
  properties: {
    kind: { const: 'datastore-report' },
    version: { const: 1 },
    node: nodeName,
    peerUrl: url,
    clientUrl: url,
    /** The member that it runs, or would run; absent: none. */
    holds: memberName,
    /** Nodes that it takes for dead. */
    dead: { type: 'array', items: nodeName, maxItems: 10_000 },
  },
} as const;

/** What a node keeps on disk: the member that it is, and where the others are. */
export const nodeSchema = {
  $id: 'dvm:datastore-node',
  type: 'object',
  required: ['kind', 'version', 'endpoints'],
  additionalProperties: false,
  properties: {
    kind: { const: 'datastore-node' },
    version: { const: 1 },
    /** Its data is in the directory of that name. */
    member: {
      type: 'object',
      required: ['name', 'cluster', 'state'],
      additionalProperties: false,
      properties: { name: memberName, cluster: { type: 'string', maxLength: 8192 }, state: { enum: ['new', 'existing'] } },
    },
    /** Rules to begin a new datastore with. */
    begin: { type: 'object', required: ['wanted'], additionalProperties: false, properties: { wanted: count } },
    endpoints: { type: 'array', items: url, maxItems: 100 },
  },
} as const;

const about = <const O extends string>(order: O) =>
  ({
    type: 'object',
    required: ['kind', 'version', 'order', 'node'],
    additionalProperties: false,
    properties: { kind: { const: 'datastore-order' }, version: { const: 1 }, order: { const: order }, node: nodeName },
  }) as const;

/** What an operator asks of a running datastore. */
export const orderSchema = {
  $id: 'dvm:datastore-order',
  type: 'object',
  required: ['order'],
  discriminator: { propertyName: 'order' },
  oneOf: [
    about('failover'),
    about('promote'),
    about('demote'),
    {
      type: 'object',
      required: ['kind', 'version', 'order', 'count'],
      additionalProperties: false,
      properties: {
        kind: { const: 'datastore-order' },
        version: { const: 1 },
        order: { const: 'want' },
        count: { type: 'integer', minimum: 1, maximum: 9 },
      },
    },
  ],
} as const;

const memberStatus = {
  type: 'object',
  required: ['id', 'name', 'node', 'role', 'up', 'leader', 'clientUrls'],
  additionalProperties: false,
  properties: {
    id: memberId,
    /** Empty until it has started. */
    name: { type: 'string', maxLength: 300 },
    node: { type: 'string', maxLength: 300 },
    role: { enum: ['voter', 'learner'] },
    /** Its node is not known to be dead, and reports that it holds it. */
    up: { type: 'boolean' },
    leader: { type: 'boolean' },
    clientUrls: { type: 'array', items: { type: 'string', maxLength: 300 } },
  },
} as const;

/** What `datastore status` prints. */
export const statusSchema = {
  $id: 'dvm:datastore-status',
  type: 'object',
  required: ['kind', 'version', 'node', 'state', 'message', 'endpoints', 'members', 'spares'],
  additionalProperties: false,
  properties: {
    kind: { const: 'datastore-status' },
    version: { const: 1 },
    node: nodeName,
    state: { enum: ['whole', 'changing', 'degraded', 'no-answer'] },
    message: { type: 'string', maxLength: 4096 },
    /** The member that this node is. */
    holds: memberName,
    wanted: count,
    actor: nodeName,
    intent: { $ref: 'dvm:datastore-intent' },
    endpoints: { type: 'array', items: { type: 'string', maxLength: 300 } },
    members: { type: 'array', items: memberStatus },
    /** Nodes that could carry a member and carry none. */
    spares: { type: 'array', items: nodeName },
  },
} as const;
