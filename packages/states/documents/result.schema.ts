import { count } from '#documents/common.schema.js';
import { key, seconds } from './piece.schema.js';
import { edgeKinds } from './plan.schema.js';

const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$' } as const;

/** state run →: a line for each piece as it is over. */
export const stateResultSchema = {
  $id: 'dvm:state-result',
  type: 'object',
  required: ['kind', 'version', 'key', 'result', 'changed', 'comment', 'started', 'seconds'],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-result' },
    version: { const: 1 },
    key,
    /** `skipped`: there was nothing to do, a success; `not-run`: something else failed, or the run was stopped. */
    result: { enum: ['succeeded', 'failed', 'skipped', 'not-run'] },
    /** With `--check`: would change. */
    changed: { type: 'boolean' },
    /** What the module says of what it changed. */
    changes: {},
    /** Unified, for people. */
    diff: { type: 'string' },
    /** What other states may use; never anything secret. */
    output: {},
    comment: { type: 'string' },
    started: time,
    seconds,
    attempts: count,
    /** What decided, where the piece itself did not: the requisite and the piece, or a condition. */
    decided: {
      type: 'object',
      required: ['by'],
      additionalProperties: false,
      properties: { by: { enum: [...edgeKinds, 'listen', 'unless', 'onlyif', 'creates', 'failhard'] }, piece: key },
    },
  },
} as const;

/** The last line of a run. */
export const stateSummarySchema = {
  $id: 'dvm:state-summary',
  type: 'object',
  required: [
    'kind',
    'version',
    'check',
    'complete',
    'succeeded',
    'failed',
    'skipped',
    'not-run',
    'changed',
    'started',
    'seconds',
  ],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-summary' },
    version: { const: 1 },
    check: { type: 'boolean' },
    /** False when it was stopped: by a failure with `failhard`, a signal. */
    complete: { type: 'boolean' },
    succeeded: count,
    failed: count,
    skipped: count,
    'not-run': count,
    changed: count,
    started: time,
    seconds,
  },
} as const;
