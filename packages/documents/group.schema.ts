import { count, extentOfDevice, id, ids, name, txn } from './common.schema.js';
import { foundDevice } from './devices.schema.js';

const groupName = { type: 'object', required: ['id', 'name'], additionalProperties: false, properties: { id, name } } as const;

/**
 * What tm knows of a group without understanding its metadata. Stored in front of the metadata.
 * Whether an activation is pending is not here but in the regions' superblocks, so that
 * clearing it is one small write (docs/decisions/0001-pending-mark.md).
 */
export const envelope = {
  type: 'object',
  required: ['group', 'seqno', 'txn', 'parent', 'time', 'host', 'pvs'],
  additionalProperties: false,
  properties: {
    group: groupName,
    /** One more with each transaction. */
    seqno: count,
    txn,
    parent: txn,
    /** RFC 3339, UTC. */
    time: { type: 'string', maxLength: 40 },
    /** The machine that wrote it: its machine-id hashed, or empty. */
    host: { type: 'string', maxLength: 64 },
    /** Every PV of the group by id; `regions` is empty for one that carries no metadata. */
    pvs: {
      type: 'object',
      propertyNames: ids,
      additionalProperties: {
        type: 'object',
        required: ['path', 'size', 'regions'],
        additionalProperties: false,
        properties: {
          path: { type: ['string', 'null'] },
          size: count,
          regions: { type: 'array', items: extentOfDevice },
          /** The regions that it is getting instead: a change that is not finished (`tm regions`). */
          next: { type: 'array', items: extentOfDevice },
        },
      },
    },
    /**
     * PVs that the group went on without, each with the transaction that it had until then: who returns with that one has not
     * changed since. One that has left the group while it was away stays named.
     */
    absent: { type: 'object', propertyNames: ids, additionalProperties: txn },
    /** PVs that are going over to another group, with what lies on them: a change that is not finished (`tm split`, `tm merge`). */
    leaving: {
      type: 'object',
      required: ['group', 'pvs'],
      additionalProperties: false,
      properties: { group: groupName, pvs: { type: 'array', items: id, minItems: 1, uniqueItems: true } },
    },
  },
} as const;

export const groupSchema = {
  $id: 'dvm:group',
  type: 'object',
  required: ['kind', 'version', 'envelope', 'devices', 'metadata'],
  additionalProperties: false,
  properties: {
    kind: { const: 'group' },
    version: { const: 1 },
    envelope,
    /** By PV id, where each is now; a PV without an entry is missing. */
    devices: { type: 'object', propertyNames: ids, additionalProperties: foundDevice },
    /** Opaque to tm; checked by the metadata package's filters. */
    metadata: { type: 'object' },
  },
} as const;

/** What the regions hold: the envelope and the metadata, without the devices. */
export const recordSchema = {
  $id: 'dvm:record',
  type: 'object',
  required: ['kind', 'version', 'envelope', 'metadata'],
  additionalProperties: false,
  properties: { kind: { const: 'record' }, version: { const: 1 }, envelope, metadata: { type: 'object' } },
} as const;
