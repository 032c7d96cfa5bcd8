import { fail } from '#tool/errors.js';
import { extendUnderCache } from './cache/extend.js';
import { refuseCloning } from './clone/segments.js';
import type { Draft } from './draft.js';
import type { Extension } from './extend-plain.js';
import { extendFixed, fixedSegment } from './fixed.js';
import { refuseIntegrity } from './integrity/change.js';
import { findVolume } from './lookup.js';
import type { Lv } from './metadata.js';
import { refuseMirrored } from './mirror/segments.js';
import { extendSnapshot, refuseOrigin } from './thick/resize.js';
import { snapshotSegment } from './thick/segments.js';
import { extendPool, extendThin } from './thin/extend.js';
import { poolSegment, thinSegment } from './thin/segments.js';

/**
 * Makes a volume larger. A volume that already has the size stays as it is.
 *
 * @returns notes for people
 * @throws DvmError `bad-size`, `not-larger`, `bad-stripes`, `bad-option` (exit 64), `no-volume`, `no-pv` (exit 80), `no-space` (exit 82), `has-snapshots`, `cloning`, `has-integrity`, `mirrored` (exit 83)
 */
export function extendVolume(draft: Draft, e: Extension): string[] {
  const id = findVolume(draft, e.volume);
  const lv = draft.lvs[id] as Lv;
  const [pool, thin] = [poolSegment(lv), thinSegment(lv)];
  if (pool) return extendPool(draft, id, pool, e);
  const thick = snapshotSegment(lv);
  if (thick) return extendSnapshot(draft, thick, e);
  refuseCloning(lv, 'it cannot be resized');
  refuseIntegrity(lv);
  refuseMirrored(lv);
  refuseOrigin(draft, id);
  if (e.metadataSize !== undefined)
    throw fail('usage', 'bad-size', `volume "${lv.name}" is no thin pool: it has no metadata to extend`);
  const fixed = fixedSegment(lv);
  if (fixed) return extendFixed(draft, id, fixed, e);
  return thin ? extendThin(draft, id, thin, e) : extendUnderCache(draft, id, e);
}
