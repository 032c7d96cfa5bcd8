import { fail } from '#tool/errors.js';
import type { Extents } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { addedExtents, type Extension, tailsOf } from '../extend-plain.js';
import { isPlain } from '../kinds/plain.js';
import { type Raid, rowOf } from '../kinds/raid.js';
import { policyOf, roundingNote, sharesOf } from '../lv-space.js';
import type { AllocationPolicy, Lv, Segment } from '../metadata.js';
import { sizeOf, truncate } from '../segments.js';
import { wantedSize } from '../sizes.js';
import { spaceOf } from '../space.js';
import { extendImages } from './allocate.js';
import { appendStretches } from './images.js';
import { noRoomForImages } from './no-room.js';
import { leastRegion, metaExtents } from './size.js';

/** The raid segment that a volume is, if it is one. */
export function raidOf({ segments }: Pick<Lv, 'segments'>): Raid | undefined {
  const [first] = segments;
  return first?.type === 'raid' ? first : undefined;
}

/**
 * Makes every image of a raid volume larger, and where that takes more, the kernel's records.
 *
 * @returns notes for people
 * @throws DvmError `bad-size`, `bad-stripes`, `not-larger` (exit 64), `reshaping` (exit 75), `no-space` (exit 82), `layered-image` (exit 83)
 */
export function extendRaid(draft: Draft, id: string, segment: Raid, e: Omit<Extension, 'volume'>): string[] {
  const lv = draft.lvs[id] as Lv;
  refuseReshaping(lv, segment);
  const { extentSize } = draft.vg;
  if (e.stripes !== undefined)
    throw fail('usage', 'bad-stripes', `volume "${lv.name}" is a ${segment.level}: it grows in the stripes that it has`);
  const size = wantedSize(e, extentSize, { ...sharesOf(draft, spaceOf(draft, e.pvs)), LV: () => sizeOf(lv) }, '+');
  const added = addedExtents(lv, size);
  if (added === 0 && !size.share) return [`volume "${lv.name}" already has ${sizeOf(lv)} extents`];
  const wanted = size.share ? Math.floor(added / segment.areas.length) : Math.ceil(added / rowOf(segment));
  const grown = { draft, what: `volume "${lv.name}"`, policy: policyOf(draft, lv, e.allocation), pvs: e.pvs };
  growImages(id, segment, wanted, grown);
  return roundingNote(draft, grown.what, { ...size, extents: sizeOf(lv) + added }, sizeOf(draft.lvs[id] as Lv));
}

function growImages(id: string, segment: Raid, length: Extents, growth: Growth): void {
  const { draft } = growth;
  const { extentSize } = draft.vg;
  const { stripeSize, metas = [] } = segment;
  const count = segment.count + length * rowOf(segment);
  const regionSize = segment.regionSize && Math.max(segment.regionSize, leastRegion(count * extentSize, stripeSize));
  growParts(
    segment.areas.flatMap((a) => a.lv ?? []),
    length,
    growth,
  );
  const meta = metaExtents(count * extentSize, regionSize, extentSize);
  growParts(metas, meta - Math.min(meta, ...metas.map((m) => sizeOf(draft.lvs[m] as Lv))), growth);
  draft.setLv(id, {
    ...(draft.lvs[id] as Lv),
    segments: [compact<Raid>({ ...segment, count, regionSize, resync: metas.length > 0 ? true : undefined })],
  });
}

export interface Growth {
  draft: Draft;
  what: string;
  policy: AllocationPolicy;
  /** Words for the PVs to take extents from. */
  pvs: readonly string[];
}

export function growParts(ids: readonly string[], length: Extents, { draft, what, policy, pvs }: Growth): void {
  if (length <= 0) return;
  const space = spaceOf(draft, pvs);
  const tails = ids.map((id) => tailOf(draft, id));
  const all = extendImages(space.pvs, { tails, length, policy });
  if (!all) throw noRoomForImages(draft, { what, images: ids.length, length }, space);
  ids.forEach((id, i) => {
    const lv = draft.lvs[id] as Lv;
    draft.setLv(id, { ...lv, segments: appendStretches(draft, lv.segments, all[i] ?? []) });
  });
}

export function tailOf(draft: Draft, id: string) {
  const { segments } = plainPart(draft, id);
  return tailsOf(segments, 1)?.[0] ?? { pv: '', end: 0, pvs: [] };
}

/** @throws DvmError `layered-image` (exit 83): what lies between an image and its extents would have to change too */
export function plainPart(draft: Draft, id: string): Lv {
  const lv = draft.lvs[id] as Lv;
  if (lv.segments.every((s: Segment) => isPlain(s) && s.areas.length === 1)) return lv;
  throw fail('inUse', 'layered-image', `image "${lv.name}" is not linear: it cannot be resized`, {
    hint: 'take off what lies below it first, such as integrity',
  });
}

/**
 * Cuts a raid volume down to `size` extents, whole rows of it.
 *
 * @throws DvmError `reshaping` (exit 75), `layered-image` (exit 83)
 */
export function reduceRaid(draft: Draft, id: string, segment: Raid, size: Extents): void {
  const lv = draft.lvs[id] as Lv;
  refuseReshaping(lv, segment);
  for (const { lv: image = '' } of segment.areas) {
    const { segments, ...rest } = plainPart(draft, image);
    draft.setLv(image, { ...rest, segments: truncate(segments, size / rowOf(segment)) });
  }
  draft.setLv(id, { ...lv, segments: [{ ...segment, count: size }] });
}

/** @throws DvmError `reshaping` (exit 75): nothing else can be done to the volume meanwhile */
export function refuseReshaping(lv: Lv, segment: Raid): void {
  if (!segment.reshape) return;
  throw fail('busy', 'reshaping', `volume "${lv.name}" is being laid out anew by the kernel`, {
    hint: 'wait until it is done (vg_wait); the next change of the group then takes that in',
  });
}
