import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import type { Lv } from '../metadata.js';
import { tellPool } from './messages.js';
import { type ThinSegment, thinSegment, thinVolumes } from './segments.js';

/**
 * The origin becomes the device that the snapshot was, and its own is deleted. Nothing is copied; whoever has the
 * origin open would find other data in it, so the plan refuses that.
 */
export function mergeThin(draft: Draft, id: string, segment: ThinSegment): string[] {
  const snapshot = draft.lvs[id] as Lv;
  const origin = originOf(draft, snapshot, segment);
  if (!Object.hasOwn(draft.before.lvs, id))
    throw fail('inUse', 'not-made-yet', `snapshot "${snapshot.name}" is made by this very change`, {
      hint: 'make two changes of it',
    });
  const old = draft.lvs[origin] as Lv;
  const was = thinSegment(old) as ThinSegment;
  const { count, device } = segment;
  draft.removeLv(id);
  draft.setLv(origin, { ...old, segments: [{ ...was, count, device }] });
  for (const other of thinVolumes(draft.lvs, segment.pool))
    if (other.segment.snapshotOf === id)
      draft.setLv(other.id, { ...other.lv, segments: [{ ...other.segment, snapshotOf: origin }] });
  tellPool(draft, segment.pool, { delete: was.device });
  return [`volume "${old.name}" goes back to what it was when "${snapshot.name}" was made`];
}

function originOf(draft: Draft, snapshot: Lv, { snapshotOf, pool }: ThinSegment): string {
  if (snapshotOf === undefined) throw fail('inUse', 'not-a-snapshot', `volume "${snapshot.name}" is not a snapshot`);
  if (thinSegment(draft.lvs[snapshotOf])?.pool === pool) return snapshotOf;
  throw fail('inUse', 'origin-gone', `the volume that "${snapshot.name}" was a snapshot of is not there any more`, {
    hint: `use "${snapshot.name}" itself: lv_rename gives it the name`,
  });
}
