import { count, extentOfDevice, id, name, path } from '#documents/common.schema.js';

/** What `discover add` and `discover rm` did. */
export const labelSchema = {
  $id: 'dvm:label',
  type: 'object',
  required: ['kind', 'version', 'action', 'path'],
  additionalProperties: false,
  properties: {
    kind: { const: 'label' },
    version: { const: 1 },
    /**
     * `unchanged`: it already was so. `mended`: it was so, but one copy of the label was damaged or behind. `absent`: there is
     * no such device now.
     */
    action: { enum: ['created', 'would-create', 'unchanged', 'mended', 'removed', 'absent'] },
    path,
    group: { type: 'object', required: ['id', 'name'], additionalProperties: false, properties: { id, name } },
    pv: id,
    layout: {
      type: 'object',
      required: ['size', 'regions', 'dataStart', 'dataEnd'],
      additionalProperties: false,
      /** Sectors. */
      properties: {
        size: count,
        regions: { type: 'array', items: extentOfDevice },
        dataStart: count,
        dataEnd: count,
      },
    },
    /** What `--wipe` destroyed. */
    wiped: { type: 'array', items: { type: 'string' } },
  },
} as const;

const passed = {
  type: 'object',
  required: ['path', 'code', 'reason'],
  additionalProperties: false,
  properties: { path: { type: 'string' }, code: { type: 'string' }, reason: { type: 'string' } },
} as const;

/** What `discover list` saw. */
export const inventorySchema = {
  $id: 'dvm:inventory',
  type: 'object',
  required: ['kind', 'version', 'groups', 'unlabelled', 'passed', 'duplicates'],
  additionalProperties: false,
  properties: {
    kind: { const: 'inventory' },
    version: { const: 1 },
    /** A `devices` document for each group. */
    groups: { type: 'array', items: { type: 'object' } },
    unlabelled: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'size', 'carries', 'uses'],
        additionalProperties: false,
        properties: {
          path,
          size: count,
          /** Signatures of other programs. */
          carries: { type: 'array', items: { type: 'string' } },
          /** Why it cannot be taken now: mounts, holders, partitions, read-only. */
          uses: { type: 'array', items: { type: 'string' } },
        },
      },
    },
    passed: { type: 'array', items: passed },
    duplicates: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pv', 'group', 'paths'],
        additionalProperties: false,
        properties: { pv: id, group: id, paths: { type: 'array', items: path } },
      },
    },
  },
} as const;
