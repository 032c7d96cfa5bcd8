import type { FromSchema } from 'json-schema-to-ts';
import validatePlan from '#gen/state-plan.js';
import validateResult from '#gen/state-result.js';
import validateSources from '#gen/state-sources.js';
import validateSummary from '#gen/state-summary.js';
import validateStates from '#gen/states.js';
import { documentType } from '#tool/document.js';
import type { piece, place, requisites } from './piece.schema.js';
import type { edgeKinds, statePlanSchema } from './plan.schema.js';
import type { stateResultSchema, stateSummarySchema } from './result.schema.js';
import type { stateSourcesSchema } from './sources.schema.js';
import type { statesSchema } from './states.schema.js';

export type Piece = FromSchema<typeof piece>;
export type Requisites = FromSchema<typeof requisites>;
export type RequisiteKind = keyof Requisites;
export type Place = FromSchema<typeof place>;

/** state fetch → state compile: repositories as they are on this node, facts, data. */
export type StateSources = FromSchema<typeof stateSourcesSchema>;
export type Repository = StateSources['repositories'][number];
/** state compile → state order: what is to be brought about, piece by piece. */
export type States = FromSchema<typeof statesSchema>;
/** state order → state run: the pieces in steps, with everything that one waits for. */
export type StatePlan = FromSchema<typeof statePlanSchema>;
export type Mode = StatePlan['mode'];
export type EdgeKind = (typeof edgeKinds)[number];
export type Edge = StatePlan['edges'][number];
export type Step = StatePlan['steps'][number];
/** state run →: a line a piece, and a summary at the end. */
export type StateResult = FromSchema<typeof stateResultSchema>;
export type StateSummary = FromSchema<typeof stateSummarySchema>;

export const stateSourcesType = /* @__PURE__ */ documentType<StateSources>('state-sources', 1, validateSources);
export const statesType = /* @__PURE__ */ documentType<States>('states', 1, validateStates);
export const statePlanType = /* @__PURE__ */ documentType<StatePlan>('state-plan', 1, validatePlan);
export const stateResultType = /* @__PURE__ */ documentType<StateResult>('state-result', 1, validateResult);
export const stateSummaryType = /* @__PURE__ */ documentType<StateSummary>('state-summary', 1, validateSummary);
