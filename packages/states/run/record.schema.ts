/** The first line of the record of a run: docs/formats/states.md. */
export const stateRunSchema = {
  $id: 'dvm:state-run',
  type: 'object',
  required: ['kind', 'version', 'plan', 'started'],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-run' },
    version: { const: 1 },
    /** SHA-256 of the plan's canonical text. */
    plan: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    started: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z$' },
  },
} as const;

/** Pieces that were begun; those without a result when the record ends were interrupted. */
export const stateBegunSchema = {
  $id: 'dvm:state-begun',
  type: 'object',
  required: ['kind', 'version', 'pieces'],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-begun' },
    version: { const: 1 },
    pieces: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 16384 } },
  },
} as const;
