import { parseCloneStatus } from '#dm/clone-status.js';
import { cloneSegment, endClone } from '#metadata/clone/segments.js';
import type { CloneSegment } from '#metadata/kinds/clone.js';
import type { Lv } from '#metadata/metadata.js';
import type { Poll } from './poll.js';
import type { ProgressOf } from './progress.js';

/**
 * Every region is copied: the source is no longer needed. What was copied is safe from a power cut before that is committed,
 * as the preparation of a commit flushes the devices that carry a copy of the metadata.
 */
export const pollClone: Poll<CloneSegment> = ({ draft, device, note }, id, segment) => {
  const status = parseCloneStatus(device(id)?.status?.[0]);
  if (!status || status.done < status.of || status.busy > 0) return;
  endClone(draft, id, segment);
  note(`volume "${(draft.lvs[id] as Lv).name}" is cloned`);
};

/** Of one that copies in the background. */
export const progressOfClone: ProgressOf = (lv, id, device) => {
  const segment = cloneSegment(lv);
  const live = segment ? device(id) : undefined;
  if (!live || segment?.hydration === false) return undefined;
  const status = parseCloneStatus(live.status?.[0]);
  return { work: 'clone', done: status?.done ?? 0, of: status?.of ?? 1, failed: status?.mode !== 'rw' };
};
