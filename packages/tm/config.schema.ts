const program = { type: 'array', items: { type: 'string' } } as const;

const metadataCheck = {
  type: 'object',
  additionalProperties: false,
  properties: {
    /** An empty list: it is not checked. */
    check: program,
    repair: program,
    /** A check that takes longer is given up, and what it is of comes up unchecked. */
    seconds: { type: 'integer', minimum: 1, maximum: 86400 },
  },
} as const;

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
    /** Makes many edits at once; an empty list: each is a program of its own. */
    batch: program,
    /** The programs that it knows. */
    edits: { type: 'array', items: { type: 'string' } },
    /** Goes back to an older version. */
    rollback: program,
    /** Divides the metadata at some PVs, and takes in that of another group. */
    split: program,
    merge: program,
    /** Takes what the kernel has finished into the metadata, before an update's own edits; an empty list: nothing does. */
    poll: program,
    /** Finds room for a metadata region, and reserves its extents. */
    place: program,
    reserve: program,
    /** How the metadata of thin pools, and of caches, is checked before they come up, and made anew. */
    thinCheck: metadataCheck,
    cacheCheck: metadataCheck,
    activation: {
      type: 'object',
      additionalProperties: false,
      properties: { current: program, desired: program, plan: program, execute: program },
    },
  },
} as const;
