import { count } from '#documents/common.schema.js';
import { checkedKind, dev, dmText, minor, targets, transactions, uuid, wipe } from './table.schema.js';

/**
 * What a thin pool is to be told, group after group: the pool's transaction id goes from `from` to `to` when all
 * messages of a group have been taken. A pool at the last `to` has been told everything; one at an id that no group
 * names is not the pool that the document is about. A group without messages only says which id the pool has.
 */
const poolMessages = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    required: ['from', 'to', 'messages'],
    additionalProperties: false,
    properties: {
      from: count,
      to: count,
      messages: {
        type: 'array',
        items: {
          type: 'object',
          required: ['text'],
          additionalProperties: false,
          properties: {
            /** `create_thin ID`, `create_snap ID ORIGIN`, `delete ID`. */
            text: { type: 'string', pattern: '^(create_thin|delete) \\d{1,8}$|^create_snap \\d{1,8} \\d{1,8}$' },
            /** The uuid of the device whose writes have to rest meanwhile, if it is active. */
            suspend: uuid,
          },
        },
      },
      /** May have been begun before, so that devices may be there, or be gone, already. */
      replay: { const: true },
    },
  },
} as const;

export const desiredSchema = {
  $id: 'dvm:desired',
  type: 'object',
  required: ['kind', 'version', 'scope', 'devices'],
  additionalProperties: false,
  properties: {
    kind: { const: 'desired' },
    version: { const: 1 },
    /** Only devices whose uuid starts with this are ever touched, e.g. `DVM-<group id>`. */
    scope: { type: 'string', pattern: '^DVM-[A-Za-z0-9-]+$' },
    /** By uuid. */
    devices: {
      type: 'object',
      propertyNames: uuid,
      additionalProperties: {
        type: 'object',
        required: ['name', 'targets'],
        additionalProperties: false,
        properties: {
          name: dmText,
          targets: { ...targets, minItems: 1 },
          /** A table to load where the kernel refuses the other one: of raid, where its superblocks are of another shape. */
          otherwise: { ...targets, minItems: 1 },
          readOnly: { const: true },
          /** A layer of another device: no links, no scan by udev. */
          hidden: { const: true },
          /** Of the device when it is made; without it the kernel chooses. */
          minor,
          /** New and not yet wiped: udev must not scan it. */
          noScan: { const: true },
          /** Where its ends lie, if it is new and to be wiped. */
          wipe,
          /** Thin pools. */
          messages: poolMessages,
        },
      },
    },
    /** Thin pools and caches whose metadata is made anew: read `from` one place, written `to` another, before anything else. */
    repairs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kind', 'uuid', 'name', 'from', 'to'],
        additionalProperties: false,
        properties: {
          kind: checkedKind,
          /** Of the device that the metadata belongs to. */
          uuid,
          name: dmText,
          /** Of a thin pool: the ids that it may be at, the last first; at another one it gets the first of these. */
          transactions,
          from: { ...targets, minItems: 1 },
          to: { ...targets, minItems: 1 },
        },
      },
    },
    /** What else is to be zeroed: below volumes that are not to be active. */
    wipe,
  },
} as const;

export const currentSchema = {
  $id: 'dvm:current',
  type: 'object',
  required: ['kind', 'version', 'devices'],
  additionalProperties: false,
  properties: {
    kind: { const: 'current' },
    version: { const: 1 },
    /** By name; every device-mapper device, foreign ones too. */
    devices: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['uuid', 'dev', 'openCount', 'suspended', 'readOnly', 'inactive', 'targets', 'deps'],
        additionalProperties: false,
        properties: {
          uuid,
          dev,
          openCount: count,
          suspended: { type: 'boolean' },
          readOnly: { type: 'boolean' },
          /** An inactive table is loaded. */
          inactive: { type: 'boolean' },
          /** The live table; empty when there is none. Devices in `args` as `major:minor`. */
          targets,
          /** `major:minor` of what the live table uses. */
          deps: { type: 'array', items: dev },
          eventNr: count,
          /** What each row reports, where a target is one that changes by itself (dump.ts). */
          status: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
} as const;
