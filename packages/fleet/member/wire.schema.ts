/** What nodes say to each other about nodes. The sender of a message is whoever the certificate names, never a field. */
export const nodeName = { type: 'string', pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' } as const;
export const address = { type: 'string', maxLength: 300, pattern: '^[^\\s/@]+:[0-9]{1,5}$' } as const;
const incarnation = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

/** What a node tells of itself: roles, eligibility, addresses of its services. Small: it travels with every exchange. */
export const meta = {
  type: 'object',
  maxProperties: 32,
  additionalProperties: { type: 'string', maxLength: 512 },
} as const;

const alive = {
  type: 'object',
  required: ['status', 'node', 'incarnation', 'address', 'meta', 'protocol'],
  additionalProperties: false,
  properties: {
    status: { const: 'alive' },
    node: nodeName,
    incarnation,
    address,
    meta,
    protocol: { type: 'integer', minimum: 1, maximum: 1000 },
  },
} as const;

const accused = {
  type: 'object',
  required: ['status', 'node', 'incarnation', 'by'],
  additionalProperties: false,
  properties: { status: { enum: ['suspect', 'dead'] }, node: nodeName, incarnation, by: nodeName },
} as const;

const left = {
  type: 'object',
  required: ['status', 'node', 'incarnation'],
  additionalProperties: false,
  properties: { status: { const: 'left' }, node: nodeName, incarnation },
} as const;

export const update = {
  type: 'object',
  required: ['status'],
  discriminator: { propertyName: 'status' },
  oneOf: [alive, accused, left],
} as const;

const updates = { type: 'array', maxItems: 256, items: update } as const;

/** The whole of what a node knows, one entry a node; `alive` entries carry addresses, also of those that are gone. */
const member = {
  type: 'object',
  required: ['node', 'status', 'incarnation', 'address', 'meta', 'protocol'],
  additionalProperties: false,
  properties: { ...alive.properties, status: { enum: ['alive', 'suspect', 'dead', 'left'] } },
} as const;

const members = { type: 'array', maxItems: 10_000, items: member } as const;

const about = <const K extends string>(kind: K) =>
  ({
    type: 'object',
    required: ['kind', 'node', 'updates'],
    additionalProperties: false,
    properties: { kind: { const: kind }, node: nodeName, updates },
  }) as const;

const told = <const K extends string>(kind: K) =>
  ({
    type: 'object',
    required: ['kind', 'updates'],
    additionalProperties: false,
    properties: { kind: { const: kind }, updates },
  }) as const;

const whole = <const K extends string>(kind: K) =>
  ({
    type: 'object',
    required: ['kind', 'members'],
    additionalProperties: false,
    properties: { kind: { const: kind }, members },
  }) as const;

/** ping: are you `node`? probe: ask `node` for me. gossip: news. sync: all I know, tell me all you know. */
export const requestSchema = {
  $id: 'dvm:member-request',
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [about('ping'), about('probe'), told('gossip'), whole('sync')],
} as const;

/** ack to ping, probe and gossip; nack to a probe whose node did not answer; members to sync. */
export const answerSchema = {
  $id: 'dvm:member-answer',
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [told('ack'), told('nack'), whole('members')],
} as const;

/** What `member list` prints: everything that one node knows. */
export const membersSchema = {
  $id: 'dvm:members',
  type: 'object',
  required: ['kind', 'version', 'self', 'members'],
  additionalProperties: false,
  properties: { kind: { const: 'members' }, version: { const: 1 }, self: nodeName, members },
} as const;
