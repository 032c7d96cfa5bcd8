import { fail } from '#tool/errors.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import type { Cache } from '../kinds/cache.js';
import type { Lv } from '../metadata.js';
import { cacheSegment, mayBeDirty } from './segments.js';

export interface CacheSettings {
  mode?: Cache['mode'] | undefined;
  /** Of the policy. */
  settings?: Record<string, number> | undefined;
}

/**
 * Changes how a volume is cached; a cache that was to go stays. What a writeback cache holds is written back little by little.
 *
 * @throws DvmError `cache-dirty` (exit 83): passthrough works only when nothing is left to write back
 */
export function setCache(draft: Draft, id: string, { mode, settings }: CacheSettings): void {
  const lv = draft.lvs[id] as Lv;
  const segment = cacheSegment(lv) as Cache;
  if (mode === 'passthrough' && mayBeDirty(segment)) throw stillDirty(lv.name);
  const next = mode ?? segment.mode;
  const dirty = mayBeDirty(segment) && next !== 'writeback' ? true : undefined;
  const merged = settings === undefined ? segment.settings : { ...segment.settings, ...settings };
  draft.setLv(id, { ...lv, segments: [compact<Cache>({ ...segment, mode: next, policy: 'smq', settings: merged, dirty })] });
}

function stillDirty(name: string) {
  return fail(
    'inUse',
    'cache-dirty',
    `the cache of volume "${name}" may hold what is not written back: it cannot be passed through`,
    {
      hint: `first: lv_cache ${name} --mode writethrough; then wait until it is written back: vg_wait`,
    },
  );
}

/**
 * `KEY=NUMBER`, as the kernel's policy names them.
 *
 * @throws DvmError `bad-setting` (exit 64)
 */
export function parseSettings(words: readonly string[]): Record<string, number> | undefined {
  if (words.length === 0) return undefined;
  return Object.fromEntries(
    words.map((word) => {
      const [, key, value] = /^([a-z][a-z0-9_]{0,63})=(\d{1,15})$/.exec(word) ?? [];
      if (key === undefined) throw fail('usage', 'bad-setting', `setting "${word}" is not of the form NAME=NUMBER`);
      return [key, Number(value)];
    }),
  );
}
