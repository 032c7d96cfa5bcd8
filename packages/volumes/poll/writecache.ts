import { parseWritecacheStatus } from '#dm/writecache-status.js';
import type { Writecache } from '#metadata/kinds/writecache.js';
import type { Lv } from '#metadata/metadata.js';
import { takeOffWritecache, writecacheSegment } from '#metadata/writecache/segments.js';
import type { Device, Poll } from './poll.js';
import type { ProgressOf } from './progress.js';

/** A writecache that is to go, goes when it holds nothing any more; the live table says whether the kernel knows that nothing is to come. */
export const pollWritecache: Poll<Writecache> = ({ draft, device, note }, id, segment) => {
  if (!segment.cleaner) return;
  const { name } = draft.lvs[id] as Lv;
  const live = device(id);
  const status = cleaning(live);
  if (!live) return note(`the writecache of volume "${name}" is written back when that is active: activate it`);
  if (!status || status.failed || status.free < status.total || status.beingWritten > 0) return;
  takeOffWritecache(draft, id, segment);
  note(`the writecache of volume "${name}" is gone`);
};

/** Of one that is to go: how much it does not hold any more. */
export const progressOfWritecache: ProgressOf = (lv, id, device) => {
  const status = writecacheSegment(lv)?.cleaner ? cleaning(device(id)) : undefined;
  if (!status) return undefined;
  return { work: 'flush', done: status.free - Math.sign(status.beingWritten), of: status.total, failed: status.failed };
};

function cleaning(device: Device | undefined) {
  const [target] = device?.targets ?? [];
  return target?.type === 'writecache' && / cleaner( |$)/.test(target.args)
    ? parseWritecacheStatus(device?.status?.[0])
    : undefined;
}
