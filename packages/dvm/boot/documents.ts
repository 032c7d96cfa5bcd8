import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/activation.js';
import { documentType } from '#tool/document.js';
import type { activationSchema } from './activation.schema.js';

/** What `dvm activate --all` came to, group by group. */
export type Activation = FromSchema<typeof activationSchema>;
export type GroupActivation = Activation['groups'][number];

export const activationType = documentType<Activation>('activation', 1, validate);
