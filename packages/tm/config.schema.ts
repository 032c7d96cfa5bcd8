const program = { type: 'array', items: { type: 'string' } } as const;

/** Section `tm` of the config: the programs it starts. A bare name is one of dvm's own, a path anything else. */
export const tmConfigSchema = {
  $id: 'dvm:config-tm',
  type: 'object',
  additionalProperties: false,
  properties: {
    /** Reads the edited group and refuses what breaks its rules; an empty list: no check. */
    check: program,
    /** What `init` and `expand` run when no mutator is given. */
    init: program,
    expand: program,
    destroy: program,
    activation: {
      type: 'object',
      additionalProperties: false,
      properties: { current: program, desired: program, plan: program, execute: program },
    },
  },
} as const;
