import type { Draft } from '../draft.js';
import type { SegmentOf } from '../kinds/kind.js';
import type { Lv } from '../metadata.js';

export type SnapshotSegment = SegmentOf<'snapshot'>;

/** The segment of a thick snapshot; undefined for any other volume. */
export function snapshotSegment({ segments }: Lv): SnapshotSegment | undefined {
  const first = segments[0];
  return first?.type === 'snapshot' ? first : undefined;
}

/** The thick snapshots of each volume that has some. */
export function snapshotsByOrigin(lvs: Draft['lvs']): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const id in lvs) {
    const origin = snapshotSegment(lvs[id] as Lv)?.origin;
    if (origin !== undefined) found.set(origin, [...(found.get(origin) ?? []), id]);
  }
  return found;
}
