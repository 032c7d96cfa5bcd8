import type { Draft } from '../draft.js';
import type { KindRules, SegmentOf, State } from './kind.js';
import { dataImages, fewestImages, isStriped } from './raid-levels.js';

export type Raid = SegmentOf<'raid'>;

/** Smallest chunk of a stripe that md takes, in sectors: a page. */
const smallestStripe = 8;

export const raid: KindRules<Raid> = {
  areaLength: (segment) => shareOf(segment) + (segment.reshape?.space ?? 0),
  references: ({ areas, metas = [] }) =>
    [...areas.flatMap(({ lv }) => lv ?? []), ...metas].map((lv) => ({ lv, role: 'part' as const })),
  states: (segment, draft) => [...shapeStates(segment), ...sizeStates(segment, draft), ...indexStates(segment)],
};

/** Extents of the volume come in multiples of this: whole rows over the images, without those that are being taken away. */
export function rowOf(segment: Pick<Raid, 'level' | 'areas' | 'reshape'>): number {
  return dataImages(segment.level, imagesLeft(segment));
}

/** Extents of each image that hold data or parity. */
export function shareOf(segment: Pick<Raid, 'level' | 'areas' | 'reshape' | 'count'>): number {
  return Math.ceil(segment.count / rowOf(segment));
}

function imagesLeft({ areas, reshape }: Pick<Raid, 'areas' | 'reshape'>): number {
  return areas.length + Math.min(0, reshape?.delta ?? 0);
}

/** Images whose content is not whole: nothing may rely on them. */
export function unsound({ rebuild = [], syncing = [], failed = [] }: Raid): Set<number> {
  return new Set([...rebuild, ...syncing, ...failed]);
}

function shapeStates(segment: Raid): State[] {
  const { level, areas, metas, start, count } = segment;
  const out: State[] = [];
  const wrong = (state: string): number => out.push(['raid', `is a ${level} ${state}`]);
  if (start !== 0) wrong(`that begins at extent ${start}`);
  if (imagesLeft(segment) < fewestImages(level)) wrong(`of ${areas.length} images`);
  if (level === 'raid10' && areas.length % 2 !== 0) wrong(`of ${areas.length} images, an odd number`);
  if (areas.some((a) => a.lv === undefined || a.extent !== 0)) wrong('whose images are not whole volumes');
  if ((metas?.length ?? 0) !== (level === 'raid0' ? 0 : areas.length))
    wrong(`of ${areas.length} images with ${metas?.length ?? 0} for the kernel's records`);
  if (count % rowOf(segment) !== 0) wrong(`whose ${count} extents do not divide by its stripes`);
  return out;
}

function sizeStates({ level, stripeSize, regionSize }: Raid, { vg: { extentSize } }: Draft): State[] {
  const out: State[] = [];
  const wrong = (state: string): number => out.push(['raid', `is a ${level} ${state}`]);
  const isPower = (n: number): boolean => Number.isInteger(Math.log2(n)) && n >= smallestStripe;
  if (isStriped(level) !== (stripeSize !== undefined)) wrong(stripeSize ? 'with a stripe size' : 'without a stripe size');
  if (stripeSize !== undefined && (!isPower(stripeSize) || stripeSize > extentSize))
    wrong(`with a stripe size of ${stripeSize} sectors: not a power of two from ${smallestStripe} to the extent size`);
  if ((level !== 'raid0') !== (regionSize !== undefined)) wrong(regionSize ? 'with a region size' : 'without a region size');
  if (regionSize !== undefined && (!isPower(regionSize) || regionSize < (stripeSize ?? 0)))
    wrong(`with a region size of ${regionSize} sectors: not a power of two from its stripe size`);
  return out;
}

function indexStates(segment: Raid): State[] {
  const { level, areas, rebuild, syncing, failed, writeMostly } = segment;
  const outside = [rebuild, syncing, failed, writeMostly].flatMap((list) => list ?? []).find((i) => i >= areas.length);
  const out: State[] = [];
  if (outside !== undefined) out.push(['raid', `is a ${level} of ${areas.length} images and names image ${outside}`]);
  if (writeMostly && level !== 'raid1') out.push(['raid', `is a ${level} with images that are only written`]);
  return out;
}
