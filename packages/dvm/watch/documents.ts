import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/watch.js';
import { documentType } from '#tool/document.js';
import type { watchSchema } from './watch.schema.js';

/** What `dvm watch` tells. */
export type WatchEvent = FromSchema<typeof watchSchema>;

export const watchType = documentType<WatchEvent>('watch', 1, validate);
