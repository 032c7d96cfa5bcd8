import { fail } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import { compact } from './compact.js';
import type { Draft } from './draft.js';
import { type AllocationChoice, checkStripes, defaultStripeSize, grow, roundingNote, sharesOf } from './lv-space.js';
import type { AllocationPolicy, Lv } from './metadata.js';
import { checkVolumeName } from './names.js';
import { appendRows } from './segments.js';
import { type SizeOptions, wantedSize } from './sizes.js';
import { spaceOf } from './space.js';
import { editTags } from './tags.js';

export interface NewVolume extends SizeOptions {
  id: string;
  name: string;
  /** RFC 3339. */
  created: string;
  stripes: number;
  stripeSize?: Sectors | undefined;
  /** PVs to allocate from, in order of preference (see `spaceOf`); all of them when empty. */
  pvs: readonly string[];
  /** Stored with the volume, for this and later allocations; without it, or with `inherit`, the group's holds. */
  allocation?: AllocationChoice | undefined;
  tags: readonly string[];
  readOnly: boolean;
  autoactivate: boolean;
}

/**
 * Creates a linear or striped volume.
 *
 * @returns notes for people
 * @throws DvmError `bad-name`, `bad-size`, `bad-stripes`, `bad-stripe-size`, `bad-tag` (exit 64), `no-pv` (exit 80),
 *   `name-taken`, `id-taken` (exit 81), `no-space` (exit 82)
 */
export function createVolume(draft: Draft, v: NewVolume): string[] {
  checkNew(draft, v);
  const stripeSize = v.stripeSize ?? defaultStripeSize(draft.vg.extentSize);
  checkStripes(v.stripes, stripeSize, draft.vg.extentSize);
  const allocation = storedPolicy(v.allocation);
  const space = spaceOf(draft, v.pvs);
  const size = wantedSize(v, draft.vg.extentSize, sharesOf(draft, space));
  if (size.extents === 0 && !size.share) throw fail('usage', 'bad-size', `size of volume "${v.name}" is 0`);
  const what = `volume "${v.name}"`;
  const tags = editTags(undefined, v.tags);
  const { rows, extents } = grow(draft, { what, size, stripes: v.stripes, policy: allocation ?? draft.vg.allocation }, space);
  const lv = compact<Lv>({
    name: v.name,
    segments: appendRows([], rows, stripeSize),
    created: v.created,
    allocation,
    tags,
    readOnly: v.readOnly ? true : undefined,
    autoactivate: v.autoactivate ? undefined : false,
  });
  draft.setLv(v.id, lv);
  return roundingNote(draft, what, size, extents);
}

/** The policy as a volume stores it: nothing when it follows the group. */
export function storedPolicy(choice: AllocationChoice | undefined): AllocationPolicy | undefined {
  return choice === 'inherit' ? undefined : choice;
}

/**
 * The name of a new volume is a good one, and neither it nor the id is taken.
 *
 * @throws DvmError `bad-name` (exit 64), `name-taken`, `id-taken` (exit 81)
 */
export function checkNew(draft: Draft, { id, name }: { id: string; name: string }): void {
  checkVolumeName(name, draft.groupName);
  if (draft.idOf(name) !== undefined) throw fail('exists', 'name-taken', `volume "${name}" already exists in ${draft.group}`);
  if (Object.hasOwn(draft.lvs, id)) throw fail('exists', 'id-taken', `id "${id}" already belongs to a volume of ${draft.group}`);
}
