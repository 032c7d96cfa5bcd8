import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/place.js';
import { documentType } from '#tool/document.js';
import type { placeSchema } from './place.schema.js';

/** pv_place → tm: where on a PV a metadata region fits. */
export type Place = FromSchema<typeof placeSchema>;

export const placeType = /* @__PURE__ */ documentType<Place>('place', 1, validate);
