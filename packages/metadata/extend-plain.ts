import { fail } from '#tool/errors.js';
import type { Extents } from '#tool/units.js';
import type { Tail } from './allocate.js';
import type { Draft } from './draft.js';
import { areaLength } from './kinds/kinds.js';
import { isPlain } from './kinds/plain.js';
import { type AllocationChoice, checkStripes, defaultStripeSize, grow, policyOf, roundingNote, sharesOf } from './lv-space.js';
import type { Lv, Segment } from './metadata.js';
import { appendRows, sizeOf } from './segments.js';
import { type SizeOptions, type WantedSize, wantedSize } from './sizes.js';
import { spaceOf } from './space.js';

export interface Extension extends SizeOptions {
  volume: string;
  /** Default: as the volume's last segment. */
  stripes?: number | undefined;
  /** Thin pools: the new size of the metadata, or with + what is added. */
  metadataSize?: string | undefined;
  pvs: readonly string[];
  /** For this allocation only; default: the volume's, else the group's. */
  allocation?: AllocationChoice | undefined;
}

/**
 * Makes a volume of linear and striped segments larger, hidden ones too.
 *
 * @returns notes for people
 */
export function extendPlain(draft: Draft, id: string, e: Omit<Extension, 'volume'>): string[] {
  const lv = draft.lvs[id] as Lv;
  const space = spaceOf(draft, e.pvs);
  const size = wantedSize(e, draft.vg.extentSize, { ...sharesOf(draft, space), LV: () => sizeOf(lv) }, '+');
  const added = addedExtents(lv, size);
  if (added === 0 && !size.share) return [`volume "${lv.name}" already has ${sizeOf(lv)} extents`];
  const last = lv.segments.at(-1);
  const stripes = e.stripes ?? last?.areas.length ?? 1;
  const stripeSize =
    lv.segments.filter(isPlain).findLast((s) => s.stripeSize)?.stripeSize ?? defaultStripeSize(draft.vg.extentSize);
  checkStripes(stripes, stripeSize, draft.vg.extentSize);
  const policy = policyOf(draft, lv, e.allocation);
  const what = `volume "${lv.name}"`;
  const growth = { what, size: { ...size, extents: added }, stripes, policy, tails: tailsOf(lv.segments, stripes) };
  const { rows } = grow(draft, growth, space);
  const segments = appendRows(lv.segments, rows, stripeSize);
  draft.setLv(id, { ...lv, segments });
  return roundingNote(draft, what, { ...size, extents: sizeOf(lv) + added }, sizeOf({ ...lv, segments }));
}

/**
 * How many extents a size asks for more. Shares of what is free are always added; other sizes are the whole volume's unless signed.
 *
 * @throws DvmError `not-larger` (exit 64)
 */
export function addedExtents(lv: Lv, { sign, extents, share }: WantedSize): Extents {
  const now = sizeOf(lv);
  if (sign === '+' || share === 'FREE' || share === 'PVS') return extents;
  if (extents >= now) return extents - now;
  throw fail('usage', 'not-larger', `volume "${lv.name}" has ${now} extents, more than the ${extents} asked for`, {
    hint: 'write +SIZE to add to it; lv_reduce makes it smaller',
  });
}

/** What each stripe lies on, where the volume ends in as many stripes. */
export function tailsOf(segments: readonly Segment[], stripes: number): Tail[] | undefined {
  const alike = segments.filter((s) => s.areas.length === stripes).reverse();
  const last = segments.at(-1);
  if (!last || last !== alike[0]) return undefined;
  return last.areas.map((area, i) => ({
    pv: area.pv ?? '',
    end: area.extent + areaLength(last),
    pvs: [...new Set(alike.flatMap((s) => s.areas[i]?.pv ?? []))],
  }));
}
