import { fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import { findVolume } from './lookup.js';
import { checkNew } from './lv-create.js';
import type { Lv } from './metadata.js';
import { thinSegment } from './thin/segments.js';
import { snapshotThin } from './thin/snapshot.js';

export interface NewSnapshot {
  id: string;
  name: string;
  created: string;
  /** Name or id. */
  origin: string;
  tags: readonly string[];
  readOnly: boolean;
  autoactivate: boolean;
}

/**
 * Makes a snapshot of a volume, of the kind that fits the volume.
 *
 * @returns notes for people
 * @throws DvmError `bad-name`, `bad-tag` (exit 64), `no-volume` (exit 80), `name-taken`, `id-taken` (exit 81),
 *   `no-device-id` (exit 82), `no-snapshots` (exit 83)
 */
export function createSnapshot(draft: Draft, s: NewSnapshot): string[] {
  checkNew(draft, s);
  const origin = findVolume(draft, s.origin);
  const lv = draft.lvs[origin] as Lv;
  const thin = thinSegment(lv);
  if (thin) return snapshotThin(draft, origin, thin, s);
  throw fail('inUse', 'no-snapshots', `volume "${lv.name}" is not thin: there are no snapshots of it`, {
    hint: 'make it in a thin pool: lv_thin_pool, lv_thin',
  });
}
