import { count, extentOfDevice, id, ids, name, path, positive } from './common.schema.js';

/** A labelled device that was found: where it is now, what its label says. */
export const foundDevice = {
  type: 'object',
  required: ['path', 'size', 'blockSize', 'regions'],
  additionalProperties: false,
  properties: {
    path,
    /** `major:minor`; absent for an image file. */
    dev: { type: 'string', pattern: '^\\d+:\\d+$' },
    /** Sectors. */
    size: count,
    /** Logical block size in bytes: alignment of direct I/O. */
    blockSize: { enum: [512, 1024, 2048, 4096] },
    readOnly: { type: 'boolean' },
    /** The disk that a partition is on: what fails together with it. Absent where that is the device itself. */
    disk: path,
    regions: { type: 'array', items: extentOfDevice },
  },
} as const;

export const devicesSchema = {
  $id: 'dvm:devices',
  type: 'object',
  required: ['kind', 'version', 'group', 'devices', 'missing', 'problems'],
  additionalProperties: false,
  properties: {
    kind: { const: 'devices' },
    version: { const: 1 },
    group: { type: 'object', required: ['id', 'name'], additionalProperties: false, properties: { id, name } },
    /** By PV id. */
    devices: { type: 'object', propertyNames: ids, additionalProperties: foundDevice },
    /** PVs that the group's envelope names and no device carries, by id. */
    missing: {
      type: 'object',
      propertyNames: ids,
      additionalProperties: {
        type: 'object',
        required: ['lastPath'],
        additionalProperties: false,
        properties: { lastPath: { type: ['string', 'null'] }, size: positive },
      },
    },
    /** What people should know: duplicates ignored, damaged labels, stale names. */
    problems: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'message'],
        additionalProperties: false,
        properties: { code: { type: 'string' }, message: { type: 'string' }, paths: { type: 'array', items: path } },
      },
    },
  },
} as const;
