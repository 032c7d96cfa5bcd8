import { fail } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import type { Draft } from './draft.js';
import { type FixedType, isFixedType, newFixed } from './fixed.js';
import type { PartIds } from './layers.js';
import {
  type AllocationChoice,
  checkStripes,
  defaultStripeSize,
  grow,
  roundingNote,
  sharesOf,
  storedPolicy,
} from './lv-space.js';
import type { AllocationPolicy, Segment } from './metadata.js';
import { type MirrorOptions, newMirror } from './mirror/make.js';
import { checkNew, type NewVolumeFlags, newVolume } from './new-volume.js';
import { isRaidType, newRaid, type RaidOptions, type RaidType } from './raid/create.js';
import { appendRows, sizeOf } from './segments.js';
import { type SizeOptions, type WantedSize, wantedSize } from './sizes.js';
import { type Space, spaceOf } from './space.js';

/** What a new volume may be. */
export type VolumeType = 'linear' | 'striped' | 'mirror' | FixedType | RaidType;

export interface NewVolume extends SizeOptions, NewVolumeFlags, Omit<RaidOptions, 'type'> {
  /** Default: striped where there are stripes, else linear. */
  type?: VolumeType | undefined;
  stripeSize?: Sectors | undefined;
  mirrorLog?: MirrorOptions['log'] | undefined;
  /** PVs to allocate from, in order of preference (see `spaceOf`); all of them when empty. */
  pvs: readonly string[];
  /** Stored with the volume, for this and later allocations; without it, or with `inherit`, the group's holds. */
  allocation?: AllocationChoice | undefined;
  /** For the hidden volumes that it stands on. */
  partIds: PartIds;
}

/**
 * Creates a volume: linear, striped, raid, a mirror, or one that lies nowhere.
 *
 * @returns notes for people
 * @throws DvmError `bad-name`, `bad-size`, `bad-stripes`, `bad-stripe-size`, `bad-mirrors`, `bad-region-size`, `bad-option`,
 *   `bad-tag` (exit 64), `no-pv` (exit 80), `name-taken`, `id-taken`, `minor-taken` (exit 81), `no-space` (exit 82)
 */
export function createVolume(draft: Draft, v: NewVolume): string[] {
  checkNew(draft, v);
  const allocation = storedPolicy(v.allocation);
  const space = spaceOf(draft, v.pvs);
  const size = wantedSize(v, draft.vg.extentSize, sharesOf(draft, space));
  if (size.extents === 0 && !size.share) throw fail('usage', 'bad-size', `size of volume "${v.name}" is 0`);
  const segments = segmentsOf(draft, { ...v, size, policy: allocation ?? draft.vg.allocation }, space);
  const lv = newVolume(v, { segments, allocation });
  draft.setLv(v.id, lv);
  return roundingNote(draft, `volume "${v.name}"`, size, sizeOf(lv));
}

type Wanted = Omit<NewVolume, 'size'> & { size: WantedSize; policy: AllocationPolicy };

function segmentsOf(draft: Draft, wanted: Wanted, space: Space): Segment[] {
  const { type, size, pvs, stripes, stripeSize, mirrors, regionSize } = wanted;
  if (isFixedType(type)) return [newFixed(type, size.extents, { pvs: pvs[0], stripes, stripeSize, mirrors, regionSize })];
  if (type === 'mirror') return [mirrored(draft, wanted)];
  if (type !== undefined && isRaidType(type)) return [newRaid(draft, { ...wanted, type }, space, wanted.partIds)];
  return plain(draft, wanted, space);
}

function mirrored(
  draft: Draft,
  { name, size, stripes, mirrors = 1, mirrorLog: log = 'disk', partIds: ids, ...m }: Wanted,
): Segment {
  if (stripes !== undefined) throw fail('usage', 'bad-stripes', 'a mirror has no stripes');
  if (size.share) throw fail('usage', 'bad-size', `size of mirror "${name}" cannot be a share of what is free`);
  return newMirror(draft, name, size.extents, { ...m, mirrors, log, ids });
}

function plain(draft: Draft, { name, type, mirrors, regionSize, size, policy, ...v }: Wanted, space: Space): Segment[] {
  const stripes = v.stripes ?? (type === 'striped' ? 2 : 1);
  const shape = stripes > 1 ? 'striped' : 'linear';
  if (type !== undefined && type !== shape)
    throw fail('usage', 'bad-stripes', `a ${type} volume does not have ${stripes} stripes`);
  if (mirrors !== undefined || regionSize !== undefined)
    throw fail(
      'usage',
      mirrors === undefined ? 'bad-region-size' : 'bad-mirrors',
      `a ${shape} volume has no mirrors or regions`,
      {
        hint: 'say which raid it is to be: --type raid1',
      },
    );
  const stripeSize = v.stripeSize ?? defaultStripeSize(draft.vg.extentSize);
  checkStripes(stripes, stripeSize, draft.vg.extentSize);
  const { rows } = grow(draft, { what: `volume "${name}"`, size, stripes, policy }, space);
  return appendRows([], rows, stripeSize);
}
