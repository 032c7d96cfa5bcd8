import type { FromSchema } from 'json-schema-to-ts';
import validateCurrent from '#gen/current.js';
import validateDesired from '#gen/desired.js';
import validatePlan from '#gen/plan.js';
import validateProgram from '#gen/program.js';
import validateResult from '#gen/result.js';
import { documentType } from '#tool/document.js';
import type { currentSchema, desiredSchema } from './documents.schema.js';
import type { instruction, instructionsSchema, planSchema, programSchema, resultSchema } from './program.schema.js';
import type { target } from './table.schema.js';

type Shared = { references: [typeof instructionsSchema, typeof instruction] };
/** vol_activate → dmactivate: the devices that should exist within a scope. */
export type Desired = FromSchema<typeof desiredSchema>;
/** dmexec --dump → dmactivate, report: the devices that exist. */
export type Current = FromSchema<typeof currentSchema>;
/** dmactivate → dmexec: both phases and the way back. */
export type Plan = FromSchema<typeof planSchema, Shared>;
export type Program = FromSchema<typeof programSchema, Shared>;
export type Instruction = FromSchema<typeof instruction>;
/** What dmexec prints. */
export type Result = FromSchema<typeof resultSchema>;
export type Target = FromSchema<typeof target>;

export const desiredType = /* @__PURE__ */ documentType<Desired>('desired', 1, validateDesired);
export const currentType = /* @__PURE__ */ documentType<Current>('current', 1, validateCurrent);
export const planType = /* @__PURE__ */ documentType<Plan>('plan', 1, validatePlan);
export const programType = /* @__PURE__ */ documentType<Program>('program', 1, validateProgram);
export const resultType = /* @__PURE__ */ documentType<Result>('result', 1, validateResult);
