import type { Draft } from '../draft.js';
import { tellPool } from './messages.js';
import { thinSegment } from './segments.js';

/** Pools that stay are told to delete the thin volumes among those that go. */
export function deleteDevices(draft: Draft, gone: ReadonlySet<string>): void {
  for (const id of gone) {
    const segment = thinSegment(draft.lvs[id]);
    if (segment && !gone.has(segment.pool)) tellPool(draft, segment.pool, { delete: segment.device });
  }
}
