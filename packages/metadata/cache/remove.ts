import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import type { Cache } from '../kinds/cache.js';
import { findVolume } from '../lookup.js';
import type { Lv } from '../metadata.js';
import { cachedPart, cacheSegment, mayBeDirty, takeOffCache } from './segments.js';

export interface CacheRemoval {
  volume: string;
  /** At once, without writing anything back. */
  drop: boolean;
  /** Also when that loses data. */
  force: boolean;
}

/**
 * Takes the cache off a volume:
 *
 *     in use ──marked──▶ written back by the kernel (`cleaner`) ──vg_poll sees nothing left──▶ taken apart
 *        └──dropped───────────────────────────────────────────────────────────────────────────────┘
 *
 * A crash in between leaves it marked: whoever polls next goes on.
 *
 * @returns notes for people
 * @throws DvmError `no-volume` (exit 80), `cache-dirty` (exit 83)
 */
export function removeCache(draft: Draft, { volume, drop, force }: CacheRemoval): string[] {
  const id = cachedPart(draft, findVolume(draft, volume));
  const lv = draft.lvs[id] as Lv;
  const segment = cacheSegment(lv);
  if (!segment) return [`volume "${lv.name}" is not cached`];
  if (drop) return dropCache(draft, id, segment, force);
  if (segment.policy === 'cleaner') return [`the cache of volume "${lv.name}" is being written back already`];
  const mode = segment.mode === 'writeback' ? 'writethrough' : segment.mode;
  const dirty = mayBeDirty(segment) ? true : undefined;
  draft.setLv(id, { ...lv, segments: [compact<Cache>({ ...segment, policy: 'cleaner', mode, dirty, settings: undefined })] });
  return [`the cache of volume "${lv.name}" goes when everything is written back: vg_wait, then any update`];
}

function dropCache(draft: Draft, id: string, segment: Cache, force: boolean): string[] {
  const { name } = draft.lvs[id] as Lv;
  if (mayBeDirty(segment) && !force)
    throw fail(
      'inUse',
      'cache-dirty',
      `the cache of volume "${name}" may hold what is not written back: dropping it loses that`,
      {
        hint: `lv_cache ${name} --off writes it back first; --drop --force loses what only the cache holds`,
      },
    );
  takeOffCache(draft, id, segment);
  if (mayBeDirty(segment)) return [`volume "${name}": what only its cache held is lost`];
  return [`volume "${name}": its cache held nothing that it does not have itself; nothing is lost`];
}
