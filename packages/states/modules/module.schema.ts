/** How modules that are programs speak: docs/formats/state-modules.md. */
const word = { type: 'string', pattern: '^[a-z_][a-z0-9_]{0,63}$' } as const;
const text = { type: 'string', maxLength: 1 << 20 } as const;

/** The answer to `describe`. */
export const stateModuleSchema = {
  $id: 'dvm:state-module',
  type: 'object',
  required: ['kind', 'version', 'name', 'functions'],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-module' },
    version: { const: 1 },
    name: word,
    functions: {
      type: 'object',
      propertyNames: word,
      additionalProperties: {
        type: 'object',
        required: ['schema'],
        additionalProperties: false,
        properties: {
          summary: text,
          schema: { type: 'object' },
          name: { type: 'object' },
          aggregate: { type: 'boolean' },
          watch: { type: 'boolean' },
        },
      },
    },
  },
} as const;

/** The answer to `check`, `apply` and `watch`. */
export const stateAnswerSchema = {
  $id: 'dvm:state-answer',
  type: 'object',
  required: ['kind', 'version', 'result', 'changed', 'comment'],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-answer' },
    version: { const: 1 },
    result: { type: 'boolean' },
    changed: { type: 'boolean' },
    changes: {},
    diff: text,
    output: {},
    comment: text,
  },
} as const;
