import type { Lv } from '#metadata/metadata.js';
import { endMerge } from '#metadata/thick/merge.js';
import { type SnapshotSegment, snapshotSegment } from '#metadata/thick/segments.js';
import type { Device, Polled } from './poll.js';
import type { Progress, ProgressOf } from './progress.js';

/** Everything has been copied back: the snapshot goes. */
export function pollSnapshot({ draft, device, note }: Polled, id: string, segment: SnapshotSegment): void {
  const progress = segment.merging ? mergeProgress(device(segment.origin)) : undefined;
  if (!progress || progress.failed || progress.done < progress.of) return;
  const { name } = draft.lvs[id] as Lv;
  endMerge(draft, id, segment);
  note(`snapshot "${name}" is merged`);
}

/** Of a snapshot that merges: where its origin has got to. */
export const progressOfMerge: ProgressOf = (lv, _id, device) => {
  const segment = snapshotSegment(lv);
  const progress = segment?.merging ? mergeProgress(device(segment.origin)) : undefined;
  return progress && { work: 'merge', ...progress };
};

/**
 * The kernel's dm-snap.c: `USED/TOTAL METADATA`, in sectors, or `Merge failed`; done when nothing but metadata is used.
 * Undefined for a volume that is not merging yet.
 */
export function mergeProgress(device: Device | undefined): Omit<Progress, 'work'> | undefined {
  if (device?.targets[0]?.type !== 'snapshot-merge') return undefined;
  const [, used, total, metadata] = /^(\d+)\/(\d+) (\d+)$/.exec(device.status?.[0] ?? '') ?? [];
  if (used === undefined) return { done: 0, of: 1, failed: true };
  return { done: Number(total) - (Number(used) - Number(metadata)), of: Number(total), failed: false };
}
