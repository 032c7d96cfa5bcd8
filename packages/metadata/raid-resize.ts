import { fail } from '#tool/errors.js';
import type { Extents } from '#tool/units.js';
import { extendImages } from './allocate-images.js';
import { compact } from './compact.js';
import type { Draft } from './draft.js';
import { isPlain } from './kinds/kinds.js';
import { type Raid, rowOf } from './kinds/raid.js';
import type { AllocationPolicy, Lv, Segment } from './metadata.js';
import { appendStretches } from './raid-images.js';
import { leastRegion, metaExtents } from './raid-size.js';
import { noRoomForImages } from './raid-space.js';
import { sizeOf, truncate } from './segments.js';
import type { WantedSize } from './sizes.js';
import { spaceOf } from './space.js';
import { tailsOf } from './tails.js';

/** The raid segment that a volume is, if it is one. */
export function raidOf({ segments }: Pick<Lv, 'segments'>): Raid | undefined {
  const [first] = segments;
  return first?.type === 'raid' ? first : undefined;
}

/**
 * Makes every image of a raid volume larger, and where that takes more, the kernel's records.
 *
 * @param size what is added
 * @throws DvmError `no-space` (exit 82), `layered-image` (exit 83)
 */
export function extendRaid(
  draft: Draft,
  {
    id,
    segment,
    size,
    policy,
    pvs,
  }: { id: string; segment: Raid; size: WantedSize; policy: AllocationPolicy; pvs: readonly string[] },
): void {
  const lv = draft.lvs[id] as Lv;
  const row = rowOf(segment);
  const images = segment.areas.flatMap((a) => a.lv ?? []);
  const wanted = size.share ? size.extents / images.length : size.extents / row;
  const length = size.share ? Math.floor(wanted) : Math.ceil(wanted);
  const count = segment.count + length * row;
  const { extentSize } = draft.vg;
  const regionSize = segment.regionSize && Math.max(segment.regionSize, leastRegion(count * extentSize, segment.stripeSize));
  const grown = { draft, what: `volume "${lv.name}"`, policy, pvs };
  growParts(images, length, grown);
  const meta = metaExtents(count * extentSize, regionSize, extentSize);
  const metas = segment.metas ?? [];
  growParts(metas, meta - Math.min(meta, ...metas.map((m) => sizeOf(draft.lvs[m] as Lv))), grown);
  draft.setLv(id, { ...lv, segments: [compact<Raid>({ ...segment, count, regionSize })] });
}

interface Growth {
  draft: Draft;
  what: string;
  policy: AllocationPolicy;
  /** Words for the PVs to take extents from. */
  pvs: readonly string[];
}

function growParts(ids: readonly string[], length: Extents, { draft, what, policy, pvs }: Growth): void {
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

function tailOf(draft: Draft, id: string) {
  const { segments } = plainPart(draft, id);
  return tailsOf(segments, 1)?.[0] ?? { pv: '', end: 0, pvs: [] };
}

/** @throws DvmError `layered-image` (exit 83): what lies between an image and its extents would have to change too */
function plainPart(draft: Draft, id: string): Lv {
  const lv = draft.lvs[id] as Lv;
  if (lv.segments.every((s: Segment) => isPlain(s) && s.areas.length === 1)) return lv;
  throw fail('inUse', 'layered-image', `image "${lv.name}" is not linear: it cannot be resized`, {
    hint: 'take off what lies below it first, such as integrity',
  });
}

/**
 * Cuts a raid volume down to `size` extents, whole rows of it.
 *
 * @throws DvmError `layered-image` (exit 83)
 */
export function reduceRaid(draft: Draft, id: string, segment: Raid, size: Extents): void {
  const lv = draft.lvs[id] as Lv;
  for (const { lv: image = '' } of segment.areas) {
    const { segments, ...rest } = plainPart(draft, image);
    draft.setLv(image, { ...rest, segments: truncate(segments, size / rowOf(segment)) });
  }
  draft.setLv(id, { ...lv, segments: [{ ...segment, count: size }] });
}
