import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/metadata.js';
import { documentType } from '#tool/document.js';
import type { allocationPolicies, metadataSchema } from './metadata.schema.js';

/** The volume group: extent size, physical volumes, logical volumes. Maps keyed by id; nothing derived is stored. */
export type Metadata = FromSchema<typeof metadataSchema>;
export type Lv = Metadata['lvs'][string];
export type Pv = Metadata['pvs'][string];
export type Segment = Lv['segments'][number];
export type Area = Segment['areas'][number];
export type AllocationPolicy = (typeof allocationPolicies)[number];

export const metadataType = /* @__PURE__ */ documentType<Metadata>('metadata', 1, validate);
