import type { FromSchema } from 'json-schema-to-ts';
import validateAnswer from '#gen/state-answer.js';
import validateModule from '#gen/state-module.js';
import { documentType } from '#tool/document.js';
import type { stateAnswerSchema, stateModuleSchema } from './module.schema.js';

export type StateModule = FromSchema<typeof stateModuleSchema>;
export type StateAnswer = FromSchema<typeof stateAnswerSchema>;

export const stateModuleType = /* @__PURE__ */ documentType<StateModule>('state-module', 1, validateModule);
export const stateAnswerType = /* @__PURE__ */ documentType<StateAnswer>('state-answer', 1, validateAnswer);
