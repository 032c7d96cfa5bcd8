import { fail } from '#tool/errors.js';
import type { Extents, Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import type { Raid } from '../kinds/raid.js';
import { mostImages } from '../kinds/raid.schema.js';
import { dataImages, fewestImages, imagesFor, isStriped, type RaidLevel, raidLevels } from '../kinds/raid-levels.js';
import type { PartIds } from '../layers.js';
import { checkStripes, defaultStripeSize } from '../lv-space.js';
import type { AllocationPolicy } from '../metadata.js';
import type { WantedSize } from '../sizes.js';
import type { Space } from '../space.js';
import { allocateImages, type Stretch } from './allocate.js';
import { newImages } from './images.js';
import { noRoomForImages } from './no-room.js';
import { metaExtents, regionSizeFor } from './size.js';

/** Words for levels: the kernel's, and two that LVM's users know. */
export const raidTypes = ['raid5', 'raid6', ...raidLevels] as const;
export type RaidType = (typeof raidTypes)[number];

/** How a raid volume is asked for. */
export interface RaidOptions {
  type: RaidType;
  /** Images that hold data; default 2, of raid6 3. Not for raid1. */
  stripes?: number | undefined;
  /** Copies besides the first; raid1 and raid10 only. */
  mirrors?: number | undefined;
  stripeSize?: Sectors | undefined;
  regionSize?: Sectors | undefined;
  minRecoveryRate?: number | undefined;
  maxRecoveryRate?: number | undefined;
}

/** A level, and how many images it is to have. */
export interface RaidShape {
  level: RaidLevel;
  images: number;
}

export function isRaidType(type: string): type is RaidType {
  return raidTypes.some((t) => t === type);
}

/** `raid5` and `raid6` as LVM2 means them. */
export function levelOf(type: RaidType): RaidLevel {
  return type === 'raid5' ? 'raid5_ls' : type === 'raid6' ? 'raid6_zr' : type;
}

/** @throws DvmError `bad-mirrors`, `bad-stripes` (exit 64) */
export function shapeOf({ type, stripes, mirrors }: Pick<RaidOptions, 'type' | 'stripes' | 'mirrors'>): RaidShape {
  const level = levelOf(type);
  if (mirrors !== undefined && level !== 'raid1' && !(level === 'raid10' && mirrors === 1))
    throw fail('usage', 'bad-mirrors', `a ${level} volume has no ${mirrors} mirrors`, {
      hint: 'raid1 takes --mirrors, raid10 has one copy of each stripe; the others take --stripes',
    });
  if (stripes !== undefined && level === 'raid1') throw fail('usage', 'bad-stripes', 'a raid1 volume has no stripes');
  const images = imagesFor(level, stripes ?? (level.startsWith('raid6') ? 3 : 2), mirrors ?? 1);
  if (Number.isInteger(images) && images >= fewestImages(level) && images <= mostImages) return { level, images };
  const given = level === 'raid1' ? `${mirrors} mirrors` : `${stripes} stripes`;
  throw fail(
    'usage',
    level === 'raid1' ? 'bad-mirrors' : 'bad-stripes',
    `a ${level} volume of ${given} would have ${images} images`,
    {
      hint: `from ${fewestImages(level)} to ${mostImages} are possible`,
    },
  );
}

/**
 * The segment of a new raid volume, with the hidden volumes that it stands on made.
 *
 * @throws DvmError `bad-mirrors`, `bad-stripes`, `bad-stripe-size`, `bad-region-size` (exit 64), `no-space` (exit 82)
 */
export function newRaid(
  draft: Draft,
  { name, size, policy, ...o }: RaidOptions & { name: string; size: WantedSize; policy: AllocationPolicy },
  space: Space,
  ids: PartIds,
): Raid {
  const { extentSize } = draft.vg;
  const shape = shapeOf(o);
  const { level, images } = shape;
  const stripeSize = isStriped(level) ? (o.stripeSize ?? defaultStripeSize(extentSize)) : undefined;
  if (stripeSize !== undefined) checkStripes(2, stripeSize, extentSize);
  const measure = (length: Extents): Measured => {
    const sectors = length * dataImages(level, images) * extentSize;
    const regionSize = level === 'raid0' ? undefined : regionSizeFor(sectors, stripeSize, o.regionSize);
    return { length, regionSize, meta: metaExtents(sectors, regionSize, extentSize) };
  };
  const { all, length, regionSize, meta } = place(draft, { what: `volume "${name}"`, size, policy, shape, measure }, space);
  const indexes = [...all.keys()];
  const { areas, metas } = newImages(draft, { volume: name, indexes, all, meta }, ids);
  return compact<Raid>({
    ...{ start: 0, count: length * dataImages(level, images), type: 'raid', level, areas },
    metas: metas.length > 0 ? metas : undefined,
    resync: level === 'raid0' ? undefined : true,
    ...{ stripeSize, regionSize, minRecoveryRate: o.minRecoveryRate, maxRecoveryRate: o.maxRecoveryRate },
  });
}

/** Extents of each image, and what follows from them. */
interface Measured {
  length: Extents;
  meta: Extents;
  regionSize: Sectors | undefined;
}

interface Placement {
  what: string;
  size: WantedSize;
  policy: AllocationPolicy;
  shape: RaidShape;
  measure: (length: Extents) => Measured;
}

/** A share of the free extents is one of what they hold in all, parity and copies included; as much of it as is possible. */
function place(draft: Draft, p: Placement, space: Space): Measured & { all: Stretch[][] } {
  const { level, images } = p.shape;
  const find = (length: Extents): (Measured & { all: Stretch[][] }) | undefined => {
    const measured = p.measure(length);
    const all = allocateImages(space.pvs, { images, length: length + measured.meta, policy: p.policy });
    return all && { ...measured, all };
  };
  const wanted = p.size.share ? Math.floor(p.size.extents / images) : Math.ceil(p.size.extents / dataImages(level, images));
  const found = p.size.share ? longest(wanted, find) : find(wanted);
  if (found) return found;
  throw noRoomForImages(draft, { ...p, images, length: Math.max(1, wanted), longest: longest(wanted, find)?.length ?? 0 }, space);
}

/** What `find` gives for the largest length up to `most` that it gives anything for; by bisection. */
function longest<T>(most: Extents, find: (length: Extents) => T | undefined): T | undefined {
  let found: T | undefined;
  for (let [low, high] = [1, most]; low <= high; ) {
    const middle = (low + high) >> 1;
    const at = find(middle);
    if (at) [found, low] = [at, middle + 1];
    else high = middle - 1;
  }
  return found;
}
