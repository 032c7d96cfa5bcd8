import { fail } from '#tool/errors.js';
import type { Draft } from '../draft.js';
import { type Extension, extendPlain } from '../extend-plain.js';
import type { Lv } from '../metadata.js';
import { type SnapshotSegment, snapshotsByOrigin } from './segments.js';

/** More room for old chunks: a snapshot's own size is its origin's. */
export function extendSnapshot(draft: Draft, { cow }: SnapshotSegment, e: Omit<Extension, 'volume'>): string[] {
  return extendPlain(draft, cow, e);
}

/** @throws DvmError `has-snapshots` (exit 83): their chunks are those of a volume of this size */
export function refuseOrigin(draft: Draft, id: string): void {
  const [first] = snapshotsByOrigin(draft.lvs).get(id) ?? [];
  if (first === undefined) return;
  const [origin, snapshot] = [draft.lvs[id] as Lv, draft.lvs[first] as Lv];
  throw fail('inUse', 'has-snapshots', `volume "${origin.name}" has snapshots ("${snapshot.name}"): it cannot be resized`, {
    hint: 'remove or merge them first',
  });
}
