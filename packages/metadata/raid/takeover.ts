import type { Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { areaLength } from '../kinds/kinds.js';
import type { Raid } from '../kinds/raid.js';
import { imagesFor, isDataImage, isStriped, type RaidLevel } from '../kinds/raid-levels.js';
import type { Lv } from '../metadata.js';
import { sizeOf } from '../segments.js';
import { takeOff } from './drop.js';
import { imageName, metaName, newPart, partsOfImage, pvsUnder } from './images.js';
import { type Mirroring, numbers, placeImages, placeMeta } from './mirrors.js';
import { raidOf } from './resize.js';
import { metaExtents, regionSizeFor } from './size.js';
import { imagesOfStripes, stripesOf, stripesOfImages } from './striped.js';

/** What a takeover leads to. */
export interface Takeover extends Omit<Mirroring, 'count'> {
  level: 'striped' | RaidLevel;
  data: number;
  stripeSize: Sectors;
}

/**
 * Gives a striped or raid volume a level under which its data lies as it does: parity and copies come and go. What is new the
 * kernel is to build.
 *
 * @throws DvmError `bad-region-size`, `bad-name` (exit 64), `no-space` (exit 82)
 */
export function takeOver(draft: Draft, id: string, t: Takeover): void {
  const lv = draft.lvs[id] as Lv;
  const stripes = stripesOf(lv);
  const raid = stripes ? imagesOfStripes(draft, id, stripes, t.ids) : (raidOf(lv) as Raid);
  setSegment(draft, id, raid);
  if (t.level === 'striped' || t.level === 'raid0') bare(draft, id, raid, t.level);
  else if (raid.level === 'raid0') protect(draft, id, raid, { ...t, level: t.level });
  else changeLevel(draft, id, raid, { ...t, level: t.level });
}

function setSegment(draft: Draft, id: string, segment: Raid): void {
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [segment] });
}

/** Only the images with data stay, without the kernel's records. */
function bare(draft: Draft, id: string, { level, areas }: Raid, to: 'striped' | 'raid0'): void {
  const gone = [...areas.keys()].filter((i) => !isDataImage(level, areas.length, i));
  if (gone.length > 0) takeOff(draft, id, raidOf(draft.lvs[id] as Lv) as Raid, gone, (image) => draft.removeLv(image));
  const { metas = [], areas: left, start, count, type, stripeSize } = raidOf(draft.lvs[id] as Lv) as Raid;
  for (const meta of metas) draft.removeLv(meta);
  const segment = compact<Raid>({ start, count, type, level: 'raid0', areas: left, stripeSize });
  if (to === 'raid0') setSegment(draft, id, segment);
  else stripesOfImages(draft, id, segment);
}

type RaidTakeover = Takeover & { level: RaidLevel };

/** Parity or copies for a raid0, and records for all of its images. */
function protect(draft: Draft, id: string, segment: Raid, t: RaidTakeover): void {
  const { name } = draft.lvs[id] as Lv;
  const { extentSize } = draft.vg;
  const size = segment.count * extentSize;
  const regionSize = regionSizeFor(size, segment.stripeSize, t.regionSize);
  const meta = metaExtents(size, regionSize, extentSize);
  const all = numbers(0, imagesFor(t.level, t.data, 1));
  const kept = all.filter((i) => isDataImage(t.level, all.length, i));
  const fresh = all.filter((i) => !kept.includes(i));
  for (const [old, index] of [...kept.entries()].reverse()) rename(draft, segment.areas[old]?.lv ?? '', imageName(name, index));
  const added = addImages(draft, id, segment, fresh, meta, t);
  const metas = kept.map((index, i) => newPart(draft, metaName(name, index), roomFor(draft, id, segment, i, added, meta), t.ids));
  const place = <T>(old: readonly T[], more: readonly T[]): T[] =>
    all.map((i) => (kept.includes(i) ? old[kept.indexOf(i)] : more[fresh.indexOf(i)]) as T);
  setSegment(draft, id, {
    ...segment,
    ...{ level: t.level, regionSize, rebuild: fresh, resync: true },
    ...{ areas: place(segment.areas, added.areas), metas: place(metas, added.metas) },
  });
}

function rename(draft: Draft, part: string, name: string): void {
  const lv = draft.lvs[part] as Lv;
  if (lv.name !== name) draft.setLv(part, { ...lv, name });
}

function roomFor(draft: Draft, id: string, { areas }: Raid, i: number, added: ReturnType<typeof placeImages>, meta: number) {
  const others = [...areas.filter((_, other) => other !== i), ...added.areas].flatMap((a) => a.lv ?? []);
  return placeMeta(draft, draft.lvs[id] as Lv, meta, [areas[i]?.lv ?? ''], others);
}

function addImages(draft: Draft, id: string, segment: Raid, indexes: readonly number[], meta: number, t: RaidTakeover) {
  const { name } = draft.lvs[id] as Lv;
  const avoid = pvsUnder(
    draft.lvs,
    [...segment.areas.keys()].flatMap((i) => partsOfImage(segment, i)),
  );
  const { policy, pvs, ids } = t;
  return placeImages(draft, { volume: name, indexes, size: areaLength(segment), meta, avoid, policy, pvs, ids });
}

/** From one level with redundancy to another: images of parity come at the end, and go from there. */
function changeLevel(draft: Draft, id: string, segment: Raid, t: RaidTakeover): void {
  const images = imagesFor(t.level, t.data, 1);
  const had = segment.areas.length;
  if (images < had) takeOff(draft, id, segment, numbers(images, had - images), (image) => draft.removeLv(image));
  const { writeMostly: _, ...left } = raidOf(draft.lvs[id] as Lv) as Raid;
  const fresh = numbers(had, Math.max(0, images - had));
  const meta = Math.max(...(left.metas ?? []).map((m) => sizeOf(draft.lvs[m] as Lv)));
  const added = fresh.length > 0 ? addImages(draft, id, left, fresh, meta, t) : { areas: [], metas: [] };
  const stripeSize = isStriped(t.level) ? t.stripeSize : undefined;
  const changed = {
    ...left,
    ...{ level: t.level, stripeSize, regionSize: Math.max(left.regionSize ?? 0, stripeSize ?? 0) },
    ...{ areas: [...left.areas, ...added.areas], metas: [...(left.metas ?? []), ...added.metas] },
    rebuild: fresh.length > 0 ? fresh : undefined,
  };
  setSegment(draft, id, compact<Raid>(changed));
}
