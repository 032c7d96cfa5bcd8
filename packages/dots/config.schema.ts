import { path } from '#documents/common.schema.js';
import { fileSystems } from './state/annotation.schema.js';

const text = { type: 'string', minLength: 1, maxLength: 1024 } as const;

/** Section `dots` of the `-c` config. What is left out is as docs/tools/dot.md says. */
export const dotsConfigSchema = {
  $id: 'dvm:config-dots',
  type: 'object',
  additionalProperties: false,
  properties: {
    group: text,
    /** The thin pool that new dots go to. */
    pool: text,
    /** Of new dots, with a unit. */
    size: text,
    fs: { enum: fileSystems },
    /** Below it branches are mounted. */
    mounts: path,
    mountOptions: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z0-9_=.:-]{1,100}$' } },
    /** Of commits. */
    author: { type: 'string', minLength: 1, maxLength: 256 },
  },
} as const;
