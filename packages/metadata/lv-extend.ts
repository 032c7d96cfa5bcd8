import { fail } from '#tool/errors.js';
import type { Extents } from '#tool/units.js';
import type { Draft } from './draft.js';
import { isPlain } from './kinds/kinds.js';
import { findVolume } from './lookup.js';
import { storedPolicy } from './lv-create.js';
import { type AllocationChoice, checkStripes, defaultStripeSize, grow, roundingNote, sharesOf } from './lv-space.js';
import type { AllocationPolicy, Lv } from './metadata.js';
import { extendRaid, raidOf } from './raid-resize.js';
import { appendRows, sizeOf } from './segments.js';
import { type SizeOptions, type WantedSize, wantedSize } from './sizes.js';
import { type Space, spaceOf } from './space.js';
import { tailsOf } from './tails.js';

export interface Extension extends SizeOptions {
  volume: string;
  /** Default: as the volume's last segment. */
  stripes?: number | undefined;
  pvs: readonly string[];
  /** For this allocation only; default: the volume's, else the group's. */
  allocation?: AllocationChoice | undefined;
}

/**
 * Makes a volume larger. A volume that already has the size stays as it is.
 *
 * @returns notes for people
 * @throws DvmError `bad-size`, `not-larger`, `bad-stripes` (exit 64), `no-volume`, `no-pv` (exit 80), `no-space` (exit 82),
 *   `layered-image` (exit 83)
 */
export function extendVolume(draft: Draft, e: Extension): string[] {
  const id = findVolume(draft, e.volume);
  const lv = draft.lvs[id] as Lv;
  const space = spaceOf(draft, e.pvs);
  const size = wantedSize(e, draft.vg.extentSize, { ...sharesOf(draft, space), LV: () => sizeOf(lv) }, '+');
  const added = addedExtents(lv, size);
  if (added === 0 && !size.share) return [`volume "${lv.name}" already has ${sizeOf(lv)} extents`];
  const policy = storedPolicy(e.allocation) ?? (e.allocation ? undefined : lv.allocation) ?? draft.vg.allocation;
  const growth = { size: { ...size, extents: added }, policy };
  const segment = raidOf(lv);
  if (!segment) extendPlain(draft, { ...growth, id, stripes: e.stripes }, space);
  else if (e.stripes === undefined) extendRaid(draft, { ...growth, id, segment, pvs: e.pvs });
  else throw fail('usage', 'bad-stripes', `volume "${lv.name}" is a ${segment.level}: it grows in the stripes that it has`);
  return roundingNote(draft, `volume "${lv.name}"`, { ...size, extents: sizeOf(lv) + added }, sizeOf(draft.lvs[id] as Lv));
}

interface PlainGrowth {
  id: string;
  size: WantedSize;
  policy: AllocationPolicy;
  stripes: number | undefined;
}

function extendPlain(draft: Draft, { id, stripes: wanted, ...growth }: PlainGrowth, space: Space): void {
  const lv = draft.lvs[id] as Lv;
  const stripes = wanted ?? lv.segments.at(-1)?.areas.length ?? 1;
  const stripeSize =
    lv.segments.filter(isPlain).findLast((s) => s.stripeSize)?.stripeSize ?? defaultStripeSize(draft.vg.extentSize);
  checkStripes(stripes, stripeSize, draft.vg.extentSize);
  const { rows } = grow(draft, { ...growth, what: `volume "${lv.name}"`, stripes, tails: tailsOf(lv.segments, stripes) }, space);
  draft.setLv(id, { ...lv, segments: appendRows(lv.segments, rows, stripeSize) });
}

/** Shares of what is free are always added; other sizes are the whole volume's unless signed. */
function addedExtents(lv: Lv, { sign, extents, share }: WantedSize): Extents {
  const now = sizeOf(lv);
  if (sign === '+' || share === 'FREE' || share === 'PVS') return extents;
  if (extents >= now) return extents - now;
  throw fail('usage', 'not-larger', `volume "${lv.name}" has ${now} extents, more than the ${extents} asked for`, {
    hint: 'write +SIZE to add to it; lv_reduce makes it smaller',
  });
}
