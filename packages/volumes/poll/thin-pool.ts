import { parsePoolStatus } from '#dm/pool-status.js';
import { withoutTold } from '#metadata/thin/messages.js';
import type { PoolSegment } from '#metadata/thin/segments.js';
import type { Polled } from './poll.js';

/** Messages that the pool has taken, as its transaction id says, are done with. */
export function pollThinPool({ draft, device }: Polled, id: string, segment: PoolSegment): void {
  const lv = draft.lvs[id];
  const transaction = parsePoolStatus(device(id, 'tpool')?.status?.[0])?.transaction;
  if (!lv || !segment.messages || transaction === undefined) return;
  const rest = withoutTold(segment, transaction);
  if (rest.messages?.length !== segment.messages.length) draft.setLv(id, { ...lv, segments: [rest] });
}
