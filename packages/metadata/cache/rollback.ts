import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Cache } from '../kinds/cache.js';
import type { Lv, Metadata } from '../metadata.js';
import { cacheSegment, mayBeDirty, originOf } from './segments.js';

type Lvs = Metadata['lvs'];

/**
 * Cached volumes of an older version as they may come back. A cache that was taken off since does not know what has been written
 * without it: the volume comes back without. One that is there all the time is in the state that it is in. A volume that is not
 * there now comes back as it was.
 *
 * @throws DvmError `cache-dirty`, `cache-smaller` (exit 83)
 */
export function carryCaches(now: Metadata, lvs: Lvs): Lvs {
  const carried: Lvs = { ...lvs };
  for (const [id, lv] of Object.entries(now.lvs)) {
    const [then, today] = [cacheSegment(lvs[id]), cacheSegment(lv)];
    if (then && today?.meta === then.meta) carryCache(carried, now.lvs, id, then, today);
    else if (today && mayBeDirty(today)) throw dirtyError(lv);
    else if (then) leaveOff(carried, id, then);
  }
  return carried;
}

/** Its chunks lie where they lie today. */
function carryCache(lvs: Lvs, now: Lvs, id: string, then: Cache, today: Cache): void {
  const lv = lvs[id] as Lv;
  if (then.count < today.count)
    throw fail(
      'inUse',
      'cache-smaller',
      `volume "${lv.name}" is cached, and was smaller then: its cache may hold what lies behind`,
      {
        hint: `take the cache off first: lv_cache ${lv.name} --off`,
      },
    );
  const { mode, policy, settings, dirty } = today;
  lvs[id] = { ...lv, segments: [compact<Cache>({ ...then, mode, policy, settings, dirty })] };
  for (const part of [then.data, then.meta]) lvs[part] = { ...(now[part] as Lv), name: lvs[part]?.name ?? part };
}

function leaveOff(lvs: Lvs, id: string, then: Cache): void {
  const origin = originOf(then);
  lvs[id] = { ...(lvs[id] as Lv), segments: lvs[origin]?.segments ?? [] };
  for (const part of [origin, then.data, then.meta]) delete lvs[part];
}

function dirtyError({ name }: Lv) {
  return fail(
    'inUse',
    'cache-dirty',
    `volume "${name}" had another cache then or none, and its cache of today may hold what is not written back`,
    {
      hint: `take the cache off first: lv_cache ${name} --off`,
    },
  );
}
