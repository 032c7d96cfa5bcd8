import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Writecache } from '../kinds/writecache.js';
import type { Lv, Metadata } from '../metadata.js';
import { writecacheSegment } from './segments.js';

type Lvs = Metadata['lvs'];

/**
 * Volumes with a writecache of an older version as they may come back: with the one that they have all the time, as it is today;
 * without one that was taken off since, for it does not know what was written without it.
 *
 * @throws DvmError `cache-dirty` (exit 83) where the one of today would be lost
 */
export function carryWritecaches(now: Metadata, lvs: Lvs): Lvs {
  const carried: Lvs = { ...lvs };
  for (const [id, lv] of Object.entries(now.lvs)) {
    const [then, today] = [writecacheSegment(lvs[id]), writecacheSegment(lv)];
    if (then && today?.cache === then.cache) carry(carried, now.lvs, id, then, today);
    else if (today) throw dirty(lv);
    else if (then) leaveOff(carried, id, then);
  }
  return carried;
}

function carry(lvs: Lvs, now: Lvs, id: string, then: Writecache, { settings, cleaner, blockSize, count }: Writecache): void {
  const lv = lvs[id] as Lv;
  if (then.count < count) throw dirty(lv);
  lvs[id] = { ...lv, segments: [compact<Writecache>({ ...then, settings, cleaner, blockSize })] };
  lvs[then.cache] = { ...(now[then.cache] as Lv), name: lvs[then.cache]?.name ?? then.cache };
}

function leaveOff(lvs: Lvs, id: string, { areas, cache }: Writecache): void {
  const origin = areas[0]?.lv ?? '';
  lvs[id] = { ...(lvs[id] as Lv), segments: lvs[origin]?.segments ?? [] };
  for (const part of [origin, cache]) delete lvs[part];
}

function dirty({ name }: Lv) {
  return fail('inUse', 'cache-dirty', `writecache of volume "${name}" may hold what that version would lose`, {
    hint: `take it off first: lv_writecache ${name} --off`,
  });
}
