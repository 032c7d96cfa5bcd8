import type { Draft } from '../draft.js';
import type { SegmentOf } from '../kinds/kind.js';
import type { Lv } from '../metadata.js';

export type PoolSegment = SegmentOf<'thin-pool'>;
export type ThinSegment = SegmentOf<'thin'>;

/** The segment of a thin pool; undefined for any other volume. A pool has only this one. */
export function poolSegment(lv: Lv | undefined): PoolSegment | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'thin-pool' ? segment : undefined;
}

/** The segment of a thin volume; undefined for any other volume. */
export function thinSegment(lv: Lv | undefined): ThinSegment | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'thin' ? segment : undefined;
}

/** The thin volumes of a pool. */
export function thinVolumes(lvs: Draft['lvs'], pool: string): { id: string; lv: Lv; segment: ThinSegment }[] {
  const found: ReturnType<typeof thinVolumes> = [];
  for (const id in lvs) {
    const lv = lvs[id] as Lv;
    const segment = thinSegment(lv);
    if (segment?.pool === pool) found.push({ id, lv, segment });
  }
  return found;
}
