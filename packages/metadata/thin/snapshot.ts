import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import type { Lv } from '../metadata.js';
import type { NewSnapshot } from '../snapshot.js';
import { freeDeviceId, tellPool } from './messages.js';
import type { ThinSegment } from './segments.js';
import { flagsOf } from './volume-create.js';

/** A snapshot of a thin volume: another thin volume of the same pool, which shares its chunks. */
export function snapshotThin(draft: Draft, origin: string, segment: ThinSegment, s: NewSnapshot): string[] {
  const device = freeDeviceId(draft, segment.pool);
  const own: ThinSegment = { ...segment, device, snapshotOf: origin };
  draft.setLv(s.id, compact<Lv>({ ...flagsOf(s), segments: [own] }));
  tellPool(draft, segment.pool, { snapshot: device, origin: segment.device });
  return [];
}
