import { count, id, positive } from '#documents/common.schema.js';

/** Where one area of a segment lies: `extent` of a PV or of another volume, in extents. */
const area = {
  type: 'object',
  required: ['extent'],
  additionalProperties: false,
  properties: { pv: id, lv: id, extent: count },
  oneOf: [{ required: ['pv'] }, { required: ['lv'] }],
} as const;

/** At most so many, a limit of dm-raid (253 images) and of the stripes that LVM2 takes (128). */
export function areas<const Min extends number, const Max extends number>(minItems: Min, maxItems: Max) {
  return { type: 'array', items: area, minItems, maxItems } as const;
}

/**
 * The schema of one kind of segment: `start` and `count` in extents of the volume, where it lies, and what is the
 * kind's own.
 */
export function segmentSchema<
  const T extends readonly string[],
  const A extends object,
  const P extends object,
  const R extends readonly string[],
>(types: T, areaList: A, properties: P, required: R) {
  return {
    type: 'object',
    required: ['start', 'count', 'type', 'areas', ...required] as readonly ['start', 'count', 'type', 'areas', ...R],
    additionalProperties: false,
    properties: { start: count, count: positive, type: { enum: types }, areas: areaList, ...properties },
  } as const;
}
