import { fail } from '#tool/errors.js';
import { type Extents, formatSize, type Sectors } from '#tool/units.js';
import { type AllocationRequest, allocate } from './allocate.js';
import { allocateMost } from './allocate-most.js';
import type { Draft } from './draft.js';
import { smallestStripe } from './kinds/plain.js';
import type { AllocationPolicy, Lv } from './metadata.js';
import { noSpace } from './no-space.js';
import { totalOf } from './runs.js';
import type { Row } from './segments.js';
import type { Shares, WantedSize } from './sizes.js';
import { type Space, spaceOf } from './space.js';

/** Policies as options take them; `inherit` leaves the choice to the group. */
export type AllocationChoice = AllocationPolicy | 'inherit';

/** The policy of an allocation for a volume: what the option says, else the volume's own, else the group's. */
export function policyOf({ vg }: Draft, lv: Lv, choice?: AllocationChoice): AllocationPolicy {
  return (choice === undefined ? lv.allocation : choice === 'inherit' ? undefined : choice) ?? vg.allocation;
}

/** The policy as a volume stores it: nothing when it follows the group. */
export function storedPolicy(choice: AllocationChoice | undefined): AllocationPolicy | undefined {
  return choice === 'inherit' ? undefined : choice;
}

/** What space a new or growing volume asks for. */
export interface Growth extends Omit<AllocationRequest, 'space' | 'length'> {
  /** For messages: `volume "data"`. */
  what: string;
  size: WantedSize;
}

/**
 * Allocates whole stripes for a growth and marks them as used. Of a percentage as much is taken as is possible.
 *
 * @throws DvmError `no-space` (exit 82)
 */
export function grow(draft: Draft, { what, size, ...rest }: Growth, space: Space): { rows: Row[]; extents: Extents } {
  const wanted = size.extents / rest.stripes;
  const request = { ...rest, space: space.pvs, length: size.share ? Math.floor(wanted) : Math.ceil(wanted) };
  const find = size.share ? allocateMost : allocate;
  const rows = request.length > 0 ? find(request) : undefined;
  if (!rows) throw noSpace(draft, what, { ...request, length: Math.max(1, request.length) }, space);
  draft.take(rows);
  return { rows, extents: rows.reduce((n, r) => n + r.length, 0) * rest.stripes };
}

/** What percentages of a size are taken of: all extents, the free ones, those free in `space`. */
export function sharesOf(draft: Draft, space: Space): Pick<Shares, 'VG' | 'FREE' | 'PVS'> {
  const usable = (): Extents =>
    Object.values(draft.pvs).reduce((n, pv) => n + pv.extents - (pv.reserved ?? []).reduce((r, x) => r + x.count, 0), 0);
  const free = (s: Space): Extents => s.pvs.reduce((n, pv) => n + totalOf(pv.runs), 0);
  return { VG: usable, FREE: () => free(spaceOf(draft, [])), PVS: () => free(space) };
}

/**
 * Checks the number of stripes and the size of their chunks.
 *
 * @throws DvmError `bad-stripes`, `bad-stripe-size` (exit 64)
 */
export function checkStripes(stripes: number, stripeSize: Sectors, extentSize: Sectors): void {
  if (!Number.isInteger(stripes) || stripes < 1 || stripes > 128)
    throw fail('usage', 'bad-stripes', `number of stripes ${stripes} is not within 1 to 128`);
  if (stripes > 1 && (!Number.isInteger(Math.log2(stripeSize)) || stripeSize < smallestStripe || stripeSize > extentSize))
    throw fail(
      'usage',
      'bad-stripe-size',
      `stripe size ${formatSize(stripeSize)} is not a power of two from 4K to the extent size, ${formatSize(extentSize)}`,
    );
}

/** 64 KiB, or an extent where that is smaller. */
export function defaultStripeSize(extentSize: Sectors): Sectors {
  return Math.min(128, extentSize);
}

/** The note for people when a size was not taken as it was given. */
export function roundingNote(draft: Draft, what: string, size: WantedSize, extents: Extents): string[] {
  if (!size.rounded && (size.share || extents === size.extents)) return [];
  return [`${what}: rounded up to ${extents} extents, ${formatSize(extents * draft.vg.extentSize)}`];
}
