import { type CacheStatus, parseCacheStatus } from '#dm/cache-status.js';
import { cacheSegment, mayBeDirty, takeOffCache } from '#metadata/cache/segments.js';
import { compact } from '#metadata/compact.js';
import type { Cache } from '#metadata/kinds/cache.js';
import type { Lv } from '#metadata/metadata.js';
import type { Device, Poll } from './poll.js';
import type { ProgressOf } from './progress.js';

type Find = (lv: string, layer?: string) => Device | undefined;

/**
 * A cache that is to go, goes when nothing is left to write back; one that was writeback and is not any more is as good as clean
 * then. The live table says whether the kernel has been told not to add to it.
 */
export const pollCache: Poll<Cache> = ({ draft, device, note }, id, segment) => {
  const lv = draft.lvs[id] as Lv;
  const goes = segment.policy === 'cleaner';
  const live = liveCache(device, id);
  if (!live) {
    if (goes && !isUp(device, id)) endInactive({ draft, note }, id, segment);
    return;
  }
  if (!isClean(live)) return;
  if (goes) end({ draft, note }, id, segment);
  else if (segment.dirty) draft.setLv(id, { ...lv, segments: [compact<Cache>({ ...segment, dirty: undefined })] });
};

type Polled = Pick<Parameters<Poll<Cache>>[0], 'draft' | 'note'>;

/** Nobody uses it, so nothing is added to it. */
function endInactive(polled: Polled, id: string, segment: Cache): void {
  if (!mayBeDirty(segment)) end(polled, id, segment);
  else polled.note(`the cache of volume "${polled.draft.lvs[id]?.name}" is written back when that is active: activate it`);
}

function end({ draft, note }: Polled, id: string, segment: Cache): void {
  const { name } = draft.lvs[id] as Lv;
  takeOffCache(draft, id, segment);
  note(`the cache of volume "${name}" is gone`);
}

/** Of a cache that is to go: how much is written back. */
export const progressOfFlush: ProgressOf = (lv, id, device) => {
  const segment = cacheSegment(lv);
  const status = segment && (segment.policy === 'cleaner' || segment.dirty) ? liveCache(device, id)?.status : undefined;
  if (!status) return undefined;
  const { mode, data, dirty } = status;
  if (!data || dirty === undefined || mode !== 'write') return { work: 'flush', done: 0, of: 1, failed: true };
  return { work: 'flush', done: data.used - dirty, of: data.used, failed: false };
};

interface LiveCache {
  args: string;
  status: CacheStatus;
}

/** The device with the cache: the volume's own, or its layer while others read that too. */
function liveCache(device: Find, id: string): LiveCache | undefined {
  for (const d of [device(id), device(id, 'real')]) {
    const status = d?.targets[0]?.type === 'cache' ? parseCacheStatus(d.status?.[0]) : undefined;
    if (d && status) return { args: d.targets[0]?.args ?? '', status };
  }
  return undefined;
}

function isUp(device: Find, id: string): boolean {
  return device(id) !== undefined || device(id, 'real') !== undefined;
}

function isClean({ args, status }: LiveCache): boolean {
  return status.mode === 'write' && status.dirty === 0 && !/ writeback /.test(args);
}
