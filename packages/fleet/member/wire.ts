import type { FromSchema } from 'json-schema-to-ts';
import type { answerSchema, requestSchema, update } from './wire.schema.js';

export type Update = FromSchema<typeof update>;
export type AliveUpdate = Extract<Update, { status: 'alive' }>;
export type AccusedUpdate = Extract<Update, { status: 'suspect' | 'dead' }>;
export type LeftUpdate = Extract<Update, { status: 'left' }>;
export type Request = FromSchema<typeof requestSchema>;
export type Answer = FromSchema<typeof answerSchema>;
export type MemberEntry = Extract<Answer, { kind: 'members' }>['members'][number];
export type Meta = AliveUpdate['meta'];

/** Version of what is said between nodes. A node says it of itself; one that speaks another is not let in. */
export const protocolVersion = 1;
