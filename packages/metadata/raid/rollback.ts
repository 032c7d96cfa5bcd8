import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Raid } from '../kinds/raid.js';
import { survives } from '../kinds/raid-levels.js';
import type { Lv, Metadata } from '../metadata.js';
import { raidOf } from './resize.js';
import { shapeOfVolume } from './shape-of.js';

/**
 * Raid volumes of an older version as they may come back: images that the volume has had all the time keep the state that they are
 * in, others lack what was written without them, and the kernel is to build them. A volume that is not there now comes back as it was.
 *
 * @throws DvmError (exit 83) `images-stale` where too few images were there all the time; `reshaped` where the data lies otherwise now
 */
export function carryRaids(now: Metadata, lvs: Metadata['lvs']): Metadata['lvs'] {
  return Object.fromEntries(Object.entries(lvs).map(([id, lv]) => [id, carried(lv, now.lvs[id])]));
}

function carried(lv: Lv, present: Lv | undefined): Lv {
  const raid = raidOf(lv);
  const live = present && raidOf(present);
  if (present && (raid || live) && layoutOf(lv) !== layoutOf(present)) throw reshapedError(lv, raid, live);
  return raid && present ? { ...lv, segments: [carriedSegment(lv, raid, live)] } : lv;
}

function carriedSegment(lv: Lv, raid: Raid, live: Raid | undefined): Raid {
  const place = (i: number): number => live?.areas.findIndex((a) => a.lv === raid.areas[i]?.lv) ?? -1;
  const all = [...raid.areas.keys()];
  const stale = all.filter((i) => place(i) < 0);
  if (!survives(raid.level, all.length, stale)) throw staleError(lv, raid, stale);
  const { rebuild: _, syncing: __, failed: ___, ...rest } = raid;
  const inState = (list: readonly number[] = []): number[] => all.filter((i) => list.includes(place(i)));
  return compact<Raid>({
    ...rest,
    rebuild: some([...inState(live?.rebuild), ...stale].sort((a, b) => a - b)),
    syncing: some(inState(live?.syncing)),
    failed: some(inState(live?.failed)),
  });
}

/** How the data of a volume lies: what a takeover leaves as it is, and a reshape does not. */
function layoutOf(lv: Lv): string {
  const raid = raidOf(lv);
  const shape = shapeOfVolume(lv);
  if (raid?.reshape) return 'none';
  if (raid?.level === 'raid1' || shape?.data === 1) return 'copies';
  return shape ? `${alikeTo(shape.type)} ${shape.data} ${shape.stripeSize}` : 'other';
}

function alikeTo(type: string): string {
  return /^raid[56]_(la|ra|ls|rs|z[a-z]|n[rc])/.test(type) ? type.replace(/^raid[56]_/, '').replace(/_6$/, '') : 'striped';
}

function reshapedError(lv: Lv, before: Raid | undefined, now: Raid | undefined): Error {
  const [was, is] = [before?.level ?? 'not raid', now?.level ?? 'not raid'];
  return fail(
    'inUse',
    'reshaped',
    `volume "${lv.name}" was laid out otherwise then (${was}, now ${is}): its data has been moved since`,
    {
      hint: 'lv_convert lays it out anew',
    },
  );
}

function staleError(lv: Lv, { level, areas }: Raid, stale: readonly number[]): Error {
  const text = `volume "${lv.name}" was a ${level} of ${areas.length} images then, of which ${stale.length} lack what was written since`;
  return fail('inUse', 'images-stale', text, { hint: 'lv_convert makes it redundant anew' });
}

function some(list: number[]): number[] | undefined {
  return list.length > 0 ? list : undefined;
}
