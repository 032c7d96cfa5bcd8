import { areas, segmentSchema } from './segment.schema.js';

/** `error`: every read and write fails; `zero`: reads as zeros, writes are dropped. Lies nowhere. */
export const fixedSchema = segmentSchema(['error', 'zero'], areas(0, 0), {}, []);
