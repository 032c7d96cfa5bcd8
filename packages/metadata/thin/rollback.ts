import { fail } from '#tool/errors.js';
import { Draft } from '../draft.js';
import type { Lv, Metadata } from '../metadata.js';
import { listed } from '../pv-edits.js';
import { tellPool } from './messages.js';
import { type PoolSegment, poolSegment, type ThinSegment, thinSegment } from './segments.js';
import { spareName } from './spare.js';

type Lvs = Metadata['lvs'];

/**
 * The volumes of an older version as they can be today: what a pool has been told cannot be taken back, and a pool
 * cannot shrink. So pools keep their extents and transaction, and are told to delete the volumes that go.
 *
 * @param old the older version's volumes
 * @throws DvmError `thin-gone` (exit 83): volumes that the pool has deleted, or whose pool is gone
 */
export function carryPools(now: Metadata, old: Lvs): Lvs {
  refuseGone(now.lvs, old);
  const carried: Lvs = { ...old };
  for (const [id, lv] of Object.entries(old)) {
    const [then, today] = [poolSegment(lv), poolSegment(now.lvs[id])];
    if (then && today) carryPool(carried, now.lvs, id, then, today);
  }
  if (Object.values(old).some(poolSegment)) carrySpare(carried, now.lvs);
  return deleteOthers(now, carried);
}

function refuseGone(now: Lvs, old: Lvs): void {
  const gone = Object.entries(old).filter(
    ([id, lv]) => (poolSegment(lv) && !poolSegment(now[id])) || !isThere(thinSegment(lv), now[id]),
  );
  if (gone.length === 0) return;
  const names = gone.map(([, lv]) => lv.name);
  throw fail('inUse', 'thin-gone', `${listed(names)} cannot come back: the pool has deleted what was in it, or is gone itself`, {
    hint: 'choose a version from before, or from after; what a thin pool deletes is lost',
    details: { volumes: names },
  });
}

function isThere(then: ThinSegment | undefined, now: Lv | undefined): boolean {
  const today = thinSegment(now);
  return !then || (today?.pool === then.pool && today.device === then.device);
}

/** Its settings and name of then, its extents and transaction of today. */
function carryPool(lvs: Lvs, now: Lvs, id: string, then: PoolSegment, today: PoolSegment): void {
  const pool = lvs[id] as Lv;
  const { count, areas, meta, transaction, messages } = today;
  const { messages: _, ...settings } = then;
  lvs[id] = { ...pool, segments: [{ ...settings, count, areas, meta, transaction, ...(messages ? { messages } : {}) }] };
  for (const part of [then.meta, then.areas[0]?.lv ?? '']) delete lvs[part];
  for (const [part, suffix] of [[meta, 'tmeta'], [areas[0]?.lv ?? '', 'tdata']] as const) // biome-ignore format: pairs
    lvs[part] = { ...(now[part] as Lv), name: `${pool.name}_${suffix}` };
}

function carrySpare(lvs: Lvs, now: Lvs): void {
  const isSpare = ([, lv]: [string, Lv]): boolean => lv.name === spareName;
  const today = Object.entries(now).find(isSpare);
  const then = Object.entries(lvs).find(isSpare);
  if (then) delete lvs[then[0]];
  if (today) lvs[today[0]] = today[1];
}

/** Pools that stay delete the volumes that the older version does not have. */
function deleteOthers(now: Metadata, lvs: Lvs): Lvs {
  const draft = new Draft(now);
  for (const id of Object.keys(now.lvs)) if (!Object.hasOwn(lvs, id)) draft.removeLv(id);
  for (const [id, lv] of Object.entries(lvs)) draft.setLv(id, lv);
  for (const [id, lv] of Object.entries(now.lvs)) {
    const segment = thinSegment(lv);
    if (segment && !Object.hasOwn(lvs, id)) tellPool(draft, segment.pool, { delete: segment.device });
  }
  return draft.result().lvs;
}
