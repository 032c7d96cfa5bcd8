import { count, id, positive } from '#documents/common.schema.js';
import { raidLevels } from './raid-levels.js';
import { areas, segmentSchema } from './segment.schema.js';

/** dm-raid takes so many images. */
export const mostImages = 253;

const images = {
  type: 'array',
  items: { type: 'integer', minimum: 0, maximum: mostImages - 1 },
  uniqueItems: true,
  minItems: 1,
} as const;

/** The kernel lays out all data anew: on more or fewer images, in other stripes, or with parity elsewhere. */
const reshape = {
  type: 'object',
  required: ['state', 'delta', 'space'],
  additionalProperties: false,
  properties: {
    /** The kernel is still to be told; it is at it; it is done, and is to be told that data begins at the images' start. */
    state: { enum: ['wanted', 'running', 'ended'] },
    /** Images more, or fewer: the last ones. */
    delta: { type: 'integer', minimum: 1 - mostImages, maximum: mostImages - 1 },
    /** Extents of each image that hold no data: in front where images are added, else behind, until it is done. */
    space: count,
  },
} as const;

/** A whole volume over images: hidden volumes of one size, each with a small one for the kernel's own records beside it. */
export const raidSchema = segmentSchema(
  ['raid'],
  areas(2, mostImages),
  {
    level: { enum: raidLevels },
    /** Where the kernel keeps its superblock and bitmap, one an image; raid0 has none. */
    metas: { type: 'array', items: id, minItems: 2, maxItems: mostImages },
    /** Sectors on one image before the next; raid1 has none. */
    stripeSize: positive,
    /** Sectors that one bit of the bitmap stands for; raid0 has none. */
    regionSize: positive,
    /** Images whose content the kernel is still to be told to build. */
    rebuild: images,
    /** Images that the kernel is building, and is not done with. */
    syncing: images,
    /** Images that the kernel has given up. */
    failed: images,
    /** Images of raid1 that are only read when no other is left. */
    writeMostly: images,
    /** The kernel has not made all parity and copies yet, or is not known to have. */
    resync: { const: true },
    reshape,
    /** KiB a second on each image. */
    minRecoveryRate: count,
    maxRecoveryRate: count,
  },
  ['level'],
);
