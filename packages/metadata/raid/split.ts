import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { refuseIntegrityBelow } from '../integrity/give.js';
import { type Raid, unsound } from '../kinds/raid.js';
import { findPvs, findVolume } from '../lookup.js';
import type { Lv } from '../metadata.js';
import { checkVolumeName } from '../names.js';
import { imagesOn, takeOff } from './drop.js';
import { raidOf } from './resize.js';

/**
 * Makes a volume of its own of one image of a raid1: what was written up to then is on it.
 *
 * @param pvs words for the PVs of the image that is to go; without them the last one
 * @returns notes for people
 * @throws DvmError `no-conversion`, `bad-name` (exit 64), `no-volume`, `no-pv` (exit 80), `name-taken` (exit 81), `not-in-sync`, `has-integrity` (exit 83)
 */
export function splitVolume(
  draft: Draft,
  { volume, name, pvs }: { volume: string; name: string; pvs: readonly string[] },
): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  const segment = raidOf(lv);
  if (segment?.level !== 'raid1')
    throw fail('usage', 'no-conversion', `volume "${lv.name}" is not a raid1: it has no image to split off`);
  refuseIntegrityBelow(draft, lv);
  checkVolumeName(name, draft.groupName);
  if (draft.idOf(name) !== undefined) throw fail('exists', 'name-taken', `volume "${name}" already exists in ${draft.group}`);
  const gone = pick(draft, lv, segment, findPvs(draft, pvs));
  takeOff(draft, id, segment, [gone], (image) => {
    const { hidden: _, ...part } = draft.lvs[image] as Lv;
    draft.setLv(image, { ...part, name, ...(lv.created === undefined ? {} : { created: lv.created }) });
  });
  return [`volume "${name}" is what volume "${lv.name}" was; it is redundant no more`];
}

/** The image that goes: on the PVs that were named, else the last one that is whole. What stays must have a whole one too. */
function pick(draft: Draft, lv: Lv, segment: Raid, pvs: readonly string[]): number {
  const bad = unsound(segment);
  const all = [...segment.areas.keys()];
  const gone = (pvs.length > 0 ? imagesOn(draft, segment, pvs) : all).findLast((i) => !bad.has(i));
  if (gone !== undefined && all.some((i) => i !== gone && !bad.has(i))) return gone;
  throw fail('inUse', 'not-in-sync', `volume "${lv.name}" has no whole image to split off beside one that stays`, {
    hint: 'wait until the kernel has built them (report -o sync_percent), or name the PV of another image',
  });
}
