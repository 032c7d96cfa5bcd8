import type { FromSchema } from 'json-schema-to-ts';
import validateGroup from '#gen/group.js';
import validateRecord from '#gen/record.js';
import { documentType } from '#tool/document.js';
import type { envelope, groupSchema, recordSchema } from './group.schema.js';

/** tm → filters, vol_activate, report: envelope, devices and metadata of one group. */
export type Group = FromSchema<typeof groupSchema>;
export type Envelope = FromSchema<typeof envelope>;
/** What is stored in the regions. */
export type Record = FromSchema<typeof recordSchema>;

export const groupType = /* @__PURE__ */ documentType<Group>('group', 1, validateGroup);
export const recordType = /* @__PURE__ */ documentType<Record>('record', 1, validateRecord);
