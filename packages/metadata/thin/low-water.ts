import { fail } from '#tool/errors.js';
import { parseSize } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import { type PoolSegment, poolSegment } from './segments.js';
import { findPool } from './volume-create.js';

/**
 * Sets how many chunks are left when the kernel raises an event, for whoever extends the pool before it is full.
 *
 * @param mark a size with a unit, or a percentage of the data; 0: no event
 * @throws DvmError `bad-size` (exit 64), `no-volume` (exit 80), `not-a-pool` (exit 83)
 */
export function setLowWater(draft: Draft, volume: string, mark: string): void {
  const id = findPool(draft, volume);
  const lv = draft.lvs[id];
  const segment = poolSegment(lv);
  if (!lv || !segment) return;
  const chunks = chunksOf(draft, segment);
  const percent = /^(\d{1,2}(?:\.\d+)?)%$/.exec(mark)?.[1];
  const low = Math.floor(
    percent === undefined ? parseSize(mark, 'low water mark') / segment.chunkSize : (chunks * Number(percent)) / 100,
  );
  if (low >= chunks) throw fail('usage', 'bad-size', `low water mark "${mark}" is not below the size of thin pool "${lv.name}"`);
  draft.setLv(id, { ...lv, segments: [withLowWater(segment, low)] });
}

/** The same share of a pool that is larger now. */
export function scaleLowWater(segment: PoolSegment, count: number): PoolSegment {
  const { lowWater } = segment;
  return withLowWater({ ...segment, count }, Math.floor(((lowWater ?? 0) * count) / segment.count));
}

function withLowWater(segment: PoolSegment, low: number): PoolSegment {
  return compact<PoolSegment>({ ...segment, lowWater: low === 0 ? undefined : low });
}

function chunksOf({ vg }: Draft, { count, chunkSize }: PoolSegment): number {
  return Math.floor((count * vg.extentSize) / chunkSize);
}
