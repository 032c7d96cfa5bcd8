import { key, keys, piece, places } from './piece.schema.js';

export const edgeKinds = [
  'require',
  'require_any',
  'watch',
  'watch_any',
  'onchanges',
  'onchanges_any',
  'onfail',
  'onfail_any',
  'onfail_all',
  'prereq',
  'output',
  /** Mode ansible: one after another. */
  'order',
  /** Mode genius: repositories of packages before packages. */
  'repository',
] as const;

const edge = {
  type: 'object',
  required: ['from', 'to', 'kind', 'why'],
  additionalProperties: false,
  /** `from` is over before `to` begins. */
  properties: { from: key, to: key, kind: { enum: edgeKinds }, why: { type: 'string' } },
} as const;

const step = {
  type: 'object',
  required: ['pieces', 'priority'],
  additionalProperties: false,
  properties: {
    /** Several: one transaction of their module, which waits for what any of them waits for. */
    pieces: { ...keys, minItems: 1, maxItems: 500 },
    /** Of the steps that may begin, the one with the highest first; of equal ones the earlier. */
    priority: { type: 'number', minimum: 0, maximum: 1e15 },
  },
} as const;

/** state order → state run. */
export const statePlanSchema = {
  $id: 'dvm:state-plan',
  type: 'object',
  required: ['kind', 'version', 'mode', 'facts', 'repositories', 'pieces', 'steps', 'edges', 'notes'],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-plan' },
    version: { const: 1 },
    mode: { enum: ['justdoit', 'ansible', 'genius'] },
    facts: { type: 'object' },
    repositories: places,
    /** By key. */
    pieces: { type: 'object', additionalProperties: piece },
    /** Every piece in exactly one; in an order that keeps all edges. */
    steps: { type: 'array', items: step },
    edges: { type: 'array', items: edge },
    /** What was reordered or put together, and why. */
    notes: {
      type: 'array',
      items: {
        type: 'object',
        required: ['what', 'pieces'],
        additionalProperties: false,
        properties: { what: { type: 'string' }, pieces: keys },
      },
    },
  },
} as const;
