import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import type { Lv } from '../metadata.js';
import { type SnapshotSegment, snapshotSegment, snapshotsByOrigin } from './segments.js';

/**
 * Marks a snapshot to go back into its origin: at once if neither is in use, else as soon as the origin comes up anew it has
 * the snapshot's content, and the kernel copies in the background.
 *
 * @returns notes for people
 * @throws DvmError `merging` (exit 83) when another snapshot of the origin does so already
 */
export function mergeThick(draft: Draft, id: string, segment: SnapshotSegment): string[] {
  const lv = draft.lvs[id] as Lv;
  const origin = draft.lvs[segment.origin] as Lv;
  if (segment.merging) return [`snapshot "${lv.name}" merges already`];
  const other = mergingInto(draft.lvs, segment.origin);
  if (other !== undefined)
    throw fail('inUse', 'merging', `snapshot "${draft.lvs[other]?.name}" is being merged into volume "${origin.name}"`, {
      hint: 'wait until it is done: vg_wait',
    });
  draft.setLv(id, { ...lv, segments: [{ ...segment, merging: true }] });
  return [
    `snapshot "${lv.name}" goes back into "${origin.name}": now if nobody uses the two, else when "${origin.name}" is next activated`,
  ];
}

/** The snapshot that is to go back into a volume. */
export function mergingInto(lvs: Draft['lvs'], origin: string): string | undefined {
  return snapshotsByOrigin(lvs)
    .get(origin)
    ?.find((id) => snapshotSegment(lvs[id] as Lv)?.merging);
}

/** The kernel has copied everything back: the snapshot is gone. */
export function endMerge(draft: Draft, id: string, { cow }: SnapshotSegment): void {
  draft.removeLv(id);
  draft.removeLv(cow);
}
