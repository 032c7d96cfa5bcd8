import { fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import { findVolume } from './lookup.js';
import type { Lv } from './metadata.js';
import { repairPool } from './thin/repair.js';
import { poolSegment } from './thin/segments.js';

/**
 * Replaces what is broken of a volume, in the way of its kind.
 *
 * @returns notes for people
 * @throws DvmError `no-volume` (exit 80), `no-spare` (exit 82), `no-repair` (exit 83)
 */
export function repairVolume(draft: Draft, volume: string, newId: () => string): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  const pool = poolSegment(lv);
  if (pool) return repairPool(draft, id, pool, newId);
  throw fail('inUse', 'no-repair', `volume "${lv.name}" has nothing that could be repaired`);
}
