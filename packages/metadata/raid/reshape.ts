import { fail } from '#tool/errors.js';
import { type Extents, formatSize, type Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { type Raid, shareOf } from '../kinds/raid.js';
import { mostImages } from '../kinds/raid.schema.js';
import { dataImages, imagesFor, type RaidLevel } from '../kinds/raid-levels.js';
import type { Lv, Segment } from '../metadata.js';
import { sizeOf } from '../segments.js';
import { spaceOf } from '../space.js';
import { extendImages } from './allocate.js';
import { appendStretches, partsOfImage, pvsUnder } from './images.js';
import { type Mirroring, numbers, placeImages } from './mirrors.js';
import { noRoomForImages } from './no-room.js';
import { growParts, plainPart, tailOf } from './resize.js';
import { leastRegion, metaExtents } from './size.js';

/** What a reshape leads to. */
export interface Reshaping extends Omit<Mirroring, 'count' | 'regionSize'> {
  level: RaidLevel;
  data: number;
  stripeSize: Sectors;
  /** Whether the volume may become smaller, and lose what lies behind. */
  force: boolean;
}

/** The kernel keeps so much apart from what it reads while it writes (dm-raid.c: 16 KiB and a chunk), and LVM2 too. */
const leastRoom: Sectors = 2048;

/**
 * Begins to lay out the data of a raid volume anew, while it is in use: on more images or fewer, in stripes of another size,
 * or with parity elsewhere; one of these at a time. Each image gets room, so that the kernel never writes over what it has not
 * copied: in front where images are added, else behind (dm-raid.c, rs_adjust_data_offsets). `endReshape` takes it away again.
 *
 * @throws DvmError `bad-stripes` (exit 64), `no-space` (exit 82), `volume-shrinks`, `layered-image` (exit 83)
 */
export function beginReshape(draft: Draft, id: string, segment: Raid, r: Reshaping): void {
  const lv = draft.lvs[id] as Lv;
  const images = imagesFor(r.level, r.data, 1);
  const delta = images - segment.areas.length;
  if (images > mostImages)
    throw fail('usage', 'bad-stripes', `volume "${lv.name}" would have ${images} images, more than ${mostImages}`);
  const share = shareOf(segment);
  const count = share * dataImages(r.level, images);
  if (count < segment.count && !r.force) throw shrinks(draft, lv, count);
  const room = Math.max(leastRoom, 4 * Math.max(r.stripeSize, segment.stripeSize ?? 0));
  const space = Math.ceil(room / draft.vg.extentSize);
  const parts = segment.areas.flatMap((a) => a.lv ?? []);
  const growth = { draft, what: `volume "${lv.name}"`, policy: r.policy, pvs: r.pvs };
  if (delta > 0) for (const part of parts) growInFront(part, space, growth);
  else growParts(parts, space, growth);
  const regionSize = Math.max(segment.regionSize ?? 0, r.stripeSize, leastRegion(count * draft.vg.extentSize, r.stripeSize));
  const grown: Raid = { ...segment, level: r.level, count, stripeSize: r.stripeSize, regionSize };
  const added = delta > 0 ? addEmpty(draft, lv, grown, { delta, length: share + space, growth, ids: r.ids }) : undefined;
  const changed: Raid = {
    ...grown,
    areas: [...grown.areas, ...(added?.areas ?? [])],
    metas: [...(grown.metas ?? []), ...(added?.metas ?? [])],
    reshape: { state: 'wanted', delta, space },
  };
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [changed] });
}

function shrinks(draft: Draft, lv: Lv, count: Extents) {
  const size = (n: Extents): string => formatSize(n * draft.vg.extentSize);
  return fail('inUse', 'volume-shrinks', `volume "${lv.name}" would shrink from ${size(sizeOf(lv))} to ${size(count)}`, {
    hint: 'make it larger first (lv_extend), so that it ends as large as it is now, or shrink what lies on it and give --force',
  });
}

type Growth = Parameters<typeof growParts>[2];

function growInFront(part: string, space: Extents, { draft, what, policy, pvs }: Growth): void {
  const lv = plainPart(draft, part);
  const usable = spaceOf(draft, pvs);
  const [room] = extendImages(usable.pvs, { tails: [tailOf(draft, part)], length: space, policy }) ?? [];
  if (!room) throw noRoomForImages(draft, { what, images: 1, length: space }, usable);
  const front = appendStretches(draft, [], room);
  draft.setLv(part, { ...lv, segments: [...front, ...moved(lv.segments, space)] });
}

function addEmpty(
  draft: Draft,
  lv: Lv,
  grown: Raid,
  { delta, length, growth, ids }: { delta: number; length: Extents; growth: Growth; ids: Reshaping['ids'] },
) {
  const { areas, metas = [], regionSize } = grown;
  const had = Math.min(...metas.map((m) => sizeOf(draft.lvs[m] as Lv)));
  const meta = Math.max(had, metaExtents(grown.count * draft.vg.extentSize, regionSize, draft.vg.extentSize));
  growParts(metas, meta - had, growth);
  const avoid = pvsUnder(
    draft.lvs,
    [...areas.keys()].flatMap((i) => partsOfImage(grown, i)),
  );
  const indexes = numbers(areas.length, delta);
  return placeImages(draft, { volume: lv.name, indexes, size: length, meta, avoid, policy: growth.policy, pvs: growth.pvs, ids });
}

/**
 * The kernel has laid out everything anew: the room of the images goes, and those images that were to. That data begins at their
 * start the kernel is then told.
 */
export function endReshape(draft: Draft, id: string, segment: Raid): void {
  const { reshape, areas, metas = [], ...rest } = segment;
  if (!reshape) return;
  const { delta, space } = reshape;
  const left = areas.length + Math.min(0, delta);
  for (const i of numbers(left, areas.length - left)) for (const part of partsOfImage(segment, i)) draft.removeLv(part);
  for (const { lv: part = '' } of areas.slice(0, left)) {
    const { segments, ...image } = draft.lvs[part] as Lv;
    const end = sizeOf({ name: '', segments });
    draft.setLv(part, { ...image, segments: delta > 0 ? between(segments, 0, end - space) : between(segments, space, end) });
  }
  const ended = { state: 'ended' as const, delta: 0, space: 0 };
  const changed = compact<Raid>({ ...rest, areas: areas.slice(0, left), metas: metas.slice(0, left), reshape: ended });
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [changed] });
}

/** Extents `from` up to `to` of linear segments, as the whole of a volume. */
function between(segments: readonly Segment[], from: Extents, to: Extents): Segment[] {
  const cut = segments.flatMap((s) => {
    const [start, end] = [Math.max(s.start, from), Math.min(s.start + s.count, to)];
    const areas = s.areas.map((a) => ({ ...a, extent: a.extent + start - s.start }));
    return start < end ? [{ ...s, start, count: end - start, areas } as Segment] : [];
  });
  return moved(cut, -from);
}

function moved(segments: readonly Segment[], by: Extents): Segment[] {
  return segments.map((s) => ({ ...s, start: s.start + by }));
}
