import { fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import { findVolume } from './lookup.js';
import type { Lv } from './metadata.js';
import { mergeThick } from './thick/merge.js';
import { snapshotSegment } from './thick/segments.js';
import { mergeThin } from './thin/merge.js';
import { thinSegment } from './thin/segments.js';

/**
 * Brings the origin of a snapshot back to the snapshot's content; the snapshot goes.
 *
 * @returns notes for people
 * @throws DvmError `no-volume` (exit 80), `not-a-snapshot`, `origin-gone`, `not-made-yet`, `merging` (exit 83)
 */
export function mergeSnapshot(draft: Draft, snapshot: string): string[] {
  const id = findVolume(draft, snapshot);
  const lv = draft.lvs[id] as Lv;
  const thin = thinSegment(lv);
  if (thin) return mergeThin(draft, id, thin);
  const thick = snapshotSegment(lv);
  if (thick) return mergeThick(draft, id, thick);
  throw fail('inUse', 'not-a-snapshot', `volume "${lv.name}" is not a snapshot`);
}
