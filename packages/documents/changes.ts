import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/changes.js';
import { documentType } from '#tool/document.js';
import type { changesSchema } from './changes.schema.js';

/** tm → vg_rollback: what became of the metadata since the version to go back to. */
export type Changes = FromSchema<typeof changesSchema>;
export type ChangesStep = Changes['steps'][number];

export const changesType = /* @__PURE__ */ documentType<Changes>('changes', 1, validate);
