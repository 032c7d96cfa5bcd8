import { areas, segmentSchema } from './segment.schema.js';

/** Kinds that lie nowhere. */
export const fixedTypes = ['error', 'zero'] as const;

/** `error`: every read and write fails; `zero`: reads as zeros, writes are dropped. Lies nowhere. */
export const fixedSchema = segmentSchema(fixedTypes, areas(0, 0), {}, []);
