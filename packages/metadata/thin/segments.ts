import type { Draft } from '../draft.js';
import type { SegmentOf } from '../kinds/kind.js';
import type { Lv } from '../metadata.js';

export type PoolSegment = SegmentOf<'thin-pool'>;
export type ThinSegment = SegmentOf<'thin'>;

/** The segment of a thin pool; undefined for any other volume. A pool has only this one. */
export function poolSegment(lv: Lv | undefined): PoolSegment | undefined {
  const [segment] = lv?.segments ?? [];
  return segment?.type === 'thin-pool' ? segment : undefined;
}

/** The segment of a thin volume; undefined for any other volume. */
export function thinSegment(lv: Lv | undefined): ThinSegment | undefined {
  const [segment] = lv?.segments ?? [];
  return segment?.type === 'thin' ? segment : undefined;
}

/** The thin volumes of a pool. */
export function thinVolumes(lvs: Draft['lvs'], pool: string): { id: string; lv: Lv; segment: ThinSegment }[] {
  return Object.entries(lvs).flatMap(([id, lv]) => {
    const segment = thinSegment(lv);
    return segment?.pool === pool ? [{ id, lv, segment }] : [];
  });
}
