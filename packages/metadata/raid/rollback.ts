import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Raid } from '../kinds/raid.js';
import { survives } from '../kinds/raid-levels.js';
import type { Lv, Metadata } from '../metadata.js';
import { raidOf } from './resize.js';

/**
 * Raid volumes of an older version as they may come back: images that the volume has had all the time keep the state that they are
 * in, others lack what was written without them, and the kernel is to build them. A volume that is not there now comes back as it was.
 *
 * @throws DvmError `images-stale` (exit 83) where too few images were there all the time
 */
export function carryRaids(now: Metadata, lvs: Metadata['lvs']): Metadata['lvs'] {
  return Object.fromEntries(Object.entries(lvs).map(([id, lv]) => [id, carried(lv, now.lvs[id])]));
}

function carried(lv: Lv, present: Lv | undefined): Lv {
  const raid = raidOf(lv);
  const live = present && raidOf(present);
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

function staleError(lv: Lv, { level, areas }: Raid, stale: readonly number[]): Error {
  const text = `volume "${lv.name}" was a ${level} of ${areas.length} images then, of which ${stale.length} lack what was written since`;
  return fail('inUse', 'images-stale', text, { hint: 'lv_convert makes it redundant anew' });
}

function some(list: number[]): number[] | undefined {
  return list.length > 0 ? list : undefined;
}
