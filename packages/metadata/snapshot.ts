import { fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import { findVolume } from './lookup.js';
import type { Lv } from './metadata.js';
import { checkNew } from './new-volume.js';
import { type NewThickSnapshot, snapshotThick } from './thick/create.js';
import { thinSegment } from './thin/segments.js';
import { snapshotThin } from './thin/snapshot.js';

export interface NewSnapshot extends Omit<NewThickSnapshot, 'pvs'> {
  /** Name or id. */
  origin: string;
  pvs: readonly string[];
}

/**
 * Makes a snapshot of a volume, of the kind that fits the volume.
 *
 * @returns notes for people
 * @throws DvmError `bad-name`, `bad-tag`, `no-size`, `bad-size`, `bad-chunk-size` (exit 64), `no-volume` (exit 80),
 *   `name-taken`, `id-taken`, `minor-taken` (exit 81), `no-device-id`, `no-space` (exit 82), `no-snapshots` (exit 83)
 */
export function createSnapshot(draft: Draft, s: NewSnapshot): string[] {
  checkNew(draft, s);
  const origin = findVolume(draft, s.origin);
  const lv = draft.lvs[origin] as Lv;
  const thin = thinSegment(lv);
  if (!thin) return snapshotThick(draft, origin, s);
  const unfit = s.size ?? s.extents ?? s.chunkSize ?? s.pvs[0];
  if (unfit !== undefined)
    throw fail('usage', 'bad-size', `volume "${lv.name}" is thin: a snapshot of it takes no space of its own`);
  return snapshotThin(draft, origin, thin, s);
}
