import { count, ids, name, positive, tags } from '#documents/common.schema.js';
import { annotations } from './annotations.schema.js';
import { segmentSchemas } from './kinds/kinds.schema.js';

export const allocationPolicies = ['contiguous', 'cling', 'normal', 'anywhere'] as const;

const lv = {
  type: 'object',
  required: ['name', 'segments'],
  additionalProperties: false,
  properties: {
    name,
    /** In order of `start`, without holes. */
    segments: { type: 'array', items: segmentSchemas },
    tags,
    annotations,
    /** RFC 3339. */
    created: { type: 'string', maxLength: 40 },
    /** Overrides the group's policy. */
    allocation: { enum: allocationPolicies },
    readOnly: { const: true },
    /** Of its device; without it the kernel chooses. Linux has 20 bits for it. */
    minor: { type: 'integer', minimum: 0, maximum: 2 ** 20 - 1 },
    /** Kept down by `activate --all --auto`. */
    autoactivate: { const: false },
    /** Belongs to another volume or to the group; users cannot open it by name. */
    hidden: { const: true },
  },
} as const;

const pv = {
  type: 'object',
  required: ['dataStart', 'extents'],
  additionalProperties: false,
  properties: {
    /** First sector of extent 0. */
    dataStart: count,
    /** Whole extents from there. */
    extents: count,
    /** No new extents are taken from it. */
    allocatable: { const: false },
    /** Extents that a metadata region lies on: never allocated. */
    reserved: {
      type: 'array',
      items: {
        type: 'object',
        required: ['extent', 'count'],
        additionalProperties: false,
        properties: { extent: count, count: positive },
      },
    },
    tags,
  },
} as const;

export const metadataSchema = {
  $id: 'dvm:metadata',
  type: 'object',
  required: ['kind', 'version', 'vg', 'pvs', 'lvs'],
  additionalProperties: false,
  properties: {
    kind: { const: 'metadata' },
    version: { const: 1 },
    vg: {
      type: 'object',
      required: ['extentSize', 'allocation'],
      additionalProperties: false,
      properties: {
        /** Sectors; a power of two from 8 (4 KiB). */
        extentSize: { type: 'integer', minimum: 8, maximum: 2 ** 25 },
        allocation: { enum: allocationPolicies },
        tags,
        /** All its volumes are kept down by `activate --all --auto`. */
        autoactivate: { const: false },
        /** Taken out of use, to go to another machine: neither activated nor edited until it is imported. */
        exported: { const: true },
      },
    },
    pvs: { type: 'object', propertyNames: ids, additionalProperties: pv, entities: true },
    lvs: { type: 'object', propertyNames: ids, additionalProperties: lv, entities: true },
  },
} as const;
