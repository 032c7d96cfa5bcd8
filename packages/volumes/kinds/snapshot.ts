import type { Target } from '#dm/documents.js';
import type { Lv } from '#metadata/metadata.js';
import { sizeOf } from '#metadata/segments.js';
import { type SnapshotSegment, snapshotSegment } from '#metadata/thick/segments.js';
import type { Mapping } from './kind.js';

/** `snapshot ORIGIN-real COW P CHUNK`: the origin is up with it, for it has to know what is written there. */
export function snapshot({ origin, cow, chunkSize, count }: SnapshotSegment, m: Mapping): Target[] {
  m.volume(origin);
  const args = [realLayer(m.of(origin)), m.volume(cow, { blank: true }), 'P', chunkSize];
  return [{ type: 'snapshot', size: m.sectors(count), args: args.join(' ') }];
}

/**
 * The table of a volume that has snapshots: `snapshot-origin REAL`, over its own rows in a layer, with all snapshots
 * beside it; `snapshot-merge REAL COW P CHUNK` while one goes back into it.
 *
 * @param snapshots the volume's own, `merging` apart
 */
export function originTable(m: Mapping, snapshots: readonly string[], merging: string | undefined): Target[] {
  const size = m.sectors(sizeOf(m.lv));
  const real = realLayer(m);
  for (const id of snapshots) if (id !== merging) m.volume(id);
  const from = merging === undefined ? undefined : snapshotSegment(m.lvs[merging] as Lv);
  if (!from) return [{ type: 'snapshot-origin', size, args: real }];
  return [{ type: 'snapshot-merge', size, args: [real, m.volume(from.cow), 'P', from.chunkSize].join(' ') }];
}

function realLayer(m: Mapping): string {
  return m.layer('real', m.rows());
}
