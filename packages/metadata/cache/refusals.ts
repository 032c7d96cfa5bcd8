import { type DvmError, fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { snapshotSegment } from '../thick/segments.js';
import { thinSegment } from '../thin/segments.js';
import { cacheSegment } from './segments.js';

/**
 * Volumes that lie on what nobody could cache by itself, or that are cached already.
 *
 * @param visible what the user named; `id` is what would be cached of it
 * @throws DvmError `cannot-cache` (exit 83)
 */
export function refuseUncacheable({ lvs }: Draft, visible: string, id: string): void {
  const name = lvs[visible]?.name ?? visible;
  if (thinSegment(lvs[id])) throw cannot(name, 'is thin', 'cache its pool');
  const lv = lvs[id];
  if (lv && snapshotSegment(lv)) throw cannot(name, 'is a snapshot', 'cache its origin');
  if (cacheSegment(lv))
    throw cannot(name, 'is cached already', `change how with --mode or --setting, or take the cache off: lv_cache ${name} --off`);
}

function cannot(name: string, state: string, hint: string): DvmError {
  return fail('inUse', 'cannot-cache', `volume "${name}" ${state}`, { hint });
}
