import { fail } from '#tool/errors.js';
import type { Extents, Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { isPlain } from '../kinds/plain.js';
import { type Raid, unsound } from '../kinds/raid.js';
import { mostImages } from '../kinds/raid.schema.js';
import { type PartIds, pushDown } from '../layers.js';
import type { AllocationPolicy, Lv } from '../metadata.js';
import { sizeOf } from '../segments.js';
import { type Space, spaceOf } from '../space.js';
import { allocateImages, type Stretch } from './allocate.js';
import { imageName, metaName, newImages, newPart, partsOfImage, pvsUnder } from './images.js';
import { noRoomForImages } from './no-room.js';
import { metaExtents, regionSizeFor } from './size.js';

/** How copies are added to a volume. */
export interface Mirroring {
  /** Copies to add. */
  count: number;
  regionSize?: Sectors | undefined;
  policy: AllocationPolicy;
  /** Words for the PVs to take extents from. */
  pvs: readonly string[];
  ids: PartIds;
}

/**
 * Makes a raid1 of a linear volume: it becomes the first image, and the kernel is to build the others from it.
 *
 * @throws DvmError `no-conversion`, `bad-region-size`, `bad-name` (exit 64), `no-space` (exit 82)
 */
export function mirrorLinear(draft: Draft, id: string, m: Mirroring): void {
  const lv = draft.lvs[id] as Lv;
  const { extentSize } = draft.vg;
  const size = sizeOf(lv);
  const regionSize = regionSizeFor(size * extentSize, undefined, m.regionSize);
  const own = pvsUnder(draft.lvs, [id]);
  const image = pushDown(draft, id, imageName(lv.name, 0), m.ids);
  const segment: Raid = { start: 0, count: size, type: 'raid', level: 'raid1', areas: [{ lv: image, extent: 0 }], regionSize };
  const meta = metaExtents(size * extentSize, regionSize, extentSize);
  const added = placeImages(draft, { volume: lv.name, indexes: numbers(1, m.count), size, meta, avoid: own, ...m });
  const first = newPart(
    draft,
    metaName(lv.name, 0),
    placeMeta(
      draft,
      lv,
      meta,
      [image],
      added.areas.flatMap((a) => a.lv ?? []),
    ),
    m.ids,
  );
  draft.setLv(id, {
    ...lv,
    segments: [
      { ...segment, areas: [...segment.areas, ...added.areas], metas: [first, ...added.metas], rebuild: numbers(1, m.count) },
    ],
  });
}

/** Whether a volume is extents of PVs one after another. */
export function isLinear({ segments }: Lv): boolean {
  return segments.every((s) => isPlain(s) && s.areas.length === 1 && s.areas[0]?.pv !== undefined);
}

/**
 * Adds copies to a raid1, which the kernel is to build.
 *
 * @throws DvmError `bad-mirrors` (exit 64), `no-space` (exit 82), `not-in-sync` (exit 83)
 */
export function addMirrors(draft: Draft, id: string, segment: Raid, m: Mirroring): void {
  const lv = draft.lvs[id] as Lv;
  const { areas, metas = [] } = segment;
  if (areas.length + m.count > mostImages)
    throw fail(
      'usage',
      'bad-mirrors',
      `volume "${lv.name}" would have ${areas.length + m.count} images, more than ${mostImages}`,
    );
  if (unsound(segment).size > 0)
    throw fail('inUse', 'not-in-sync', `images of volume "${lv.name}" are not whole: the kernel is still to build them`, {
      hint: 'wait until it has, or repair the volume first (lv_repair)',
    });
  const indexes = numbers(areas.length, m.count);
  const meta = Math.max(...metas.map((of) => sizeOf(draft.lvs[of] as Lv)));
  const avoid = pvsUnder(
    draft.lvs,
    [...areas.keys()].flatMap((i) => partsOfImage(segment, i)),
  );
  const added = placeImages(draft, { volume: lv.name, indexes, size: segment.count, meta, avoid, ...m });
  draft.setLv(id, {
    ...lv,
    segments: [
      compact<Raid>({ ...segment, areas: [...areas, ...added.areas], metas: [...metas, ...added.metas], rebuild: indexes }),
    ],
  });
}

export interface NewImages extends Pick<Mirroring, 'policy' | 'pvs' | 'ids'> {
  volume: string;
  indexes: readonly number[];
  /** Extents of each image, and of the kernel's records of it. */
  size: Extents;
  meta: Extents;
  /** PVs that carry other images. */
  avoid: ReadonlySet<string>;
}

/** @throws DvmError `no-space` (exit 82) */
export function placeImages(draft: Draft, n: NewImages) {
  const space = spaceBeside(draft, n.pvs, n.avoid);
  const wanted = { images: n.indexes.length, length: n.size + n.meta, policy: n.policy };
  const all = allocateImages(space.pvs, wanted);
  if (!all) throw noRoomForImages(draft, { what: `volume "${n.volume}"`, ...wanted }, space);
  return newImages(draft, { ...n, all }, n.ids);
}

function spaceBeside(draft: Draft, words: readonly string[], avoid: ReadonlySet<string>): Space {
  const { pvs, excluded } = spaceOf(draft, words);
  return { pvs: pvs.filter((s) => !avoid.has(s.pv)), excluded };
}

/** Room for the kernel's records of an image that is there already: on its own PVs, else on any without another image. */
export function placeMeta(draft: Draft, lv: Lv, length: Extents, image: readonly string[], others: readonly string[]): Stretch[] {
  const own = pvsUnder(draft.lvs, image);
  const beside = spaceBeside(draft, [], pvsUnder(draft.lvs, others));
  const find = (pvs: Space['pvs']) => allocateImages(pvs, { images: 1, length, policy: 'normal' })?.[0];
  const found = find(beside.pvs.filter((s) => own.has(s.pv))) ?? find(beside.pvs);
  if (found) return found;
  throw noRoomForImages(draft, { what: `volume "${lv.name}"`, images: 1, length }, beside);
}

export function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
