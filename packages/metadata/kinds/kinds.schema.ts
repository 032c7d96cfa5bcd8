import { cacheSchema } from './cache.schema.js';
import { cloneSchema } from './clone.schema.js';
import { cryptSchema } from './crypt.schema.js';
import { fixedSchema } from './fixed.schema.js';
import { integritySchema } from './integrity.schema.js';
import { mirrorSchema } from './mirror.schema.js';
import { plainSchema } from './plain.schema.js';
import { raidSchema } from './raid.schema.js';
import { snapshotSchema } from './snapshot.schema.js';
import { thinSchema } from './thin.schema.js';
import { thinPoolSchema } from './thin-pool.schema.js';
import { writecacheSchema } from './writecache.schema.js';

/** One segment of a volume: one schema a kind, told apart by `type`. */
export const segmentSchemas = {
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: [
    plainSchema,
    fixedSchema,
    mirrorSchema,
    raidSchema,
    thinPoolSchema,
    thinSchema,
    snapshotSchema,
    cloneSchema,
    integritySchema,
    cacheSchema,
    cryptSchema,
    writecacheSchema,
  ],
} as const;
