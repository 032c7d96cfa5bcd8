import type { FromSchema } from 'json-schema-to-ts';
import validateJob from '#gen/dvs-job.js';
import validateVolume from '#gen/dvs-volume.js';
import { documentType } from '#tool/document.js';
import type { jobSchema, requestSchema, volumeSchema } from './service.schema.js';

/** What a sender wrote, of the right types but not yet judged. */
export type RequestMessage = FromSchema<typeof requestSchema>;
export type Job = FromSchema<typeof jobSchema>;
export type Volume = FromSchema<typeof volumeSchema>;

export const jobType = documentType<Job>('dvs-job', 1, validateJob);
export const volumeType = documentType<Volume>('dvs-volume', 1, validateVolume);
