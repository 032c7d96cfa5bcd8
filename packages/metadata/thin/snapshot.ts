import type { Draft } from '../draft.js';
import { newVolume } from '../new-volume.js';
import type { NewSnapshot } from '../snapshot.js';
import { freeDeviceId, tellPool } from './messages.js';
import type { ThinSegment } from './segments.js';

/** A snapshot of a thin volume: another thin volume of the same pool, which shares its chunks. */
export function snapshotThin(draft: Draft, origin: string, segment: ThinSegment, s: NewSnapshot): string[] {
  const device = freeDeviceId(draft, segment.pool);
  const own: ThinSegment = { ...segment, device, snapshotOf: origin };
  draft.setLv(s.id, newVolume(s, { segments: [own] }));
  tellPool(draft, segment.pool, { snapshot: device, origin: segment.device });
  return [];
}
