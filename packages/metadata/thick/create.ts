import { newId } from '#documents/ids.js';
import { fail } from '#tool/errors.js';
import { formatSize, parseSize } from '#tool/units.js';
import { refuseCloning } from '../clone/segments.js';
import type { Draft } from '../draft.js';
import { isChunkSize } from '../kinds/snapshot.js';
import { grow, roundingNote, sharesOf } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { type NewVolumeFlags, newVolume } from '../new-volume.js';
import { appendRows, sizeOf } from '../segments.js';
import { type SizeOptions, wantedSize } from '../sizes.js';
import { spaceOf } from '../space.js';
import { refuseWritecache } from '../writecache/segments.js';
import { type SnapshotSegment, snapshotSegment } from './segments.js';

export interface NewThickSnapshot extends SizeOptions, NewVolumeFlags {
  chunkSize?: string | undefined;
  pvs: readonly string[];
  /** Of the hidden volume, for scripts that must repeat. */
  cowId?: string | undefined;
}

/** LVM2's, in sectors. */
const defaultChunk = 8;

/**
 * Makes a snapshot of a volume that is not thin. `size` is the room for old chunks; once it is used up the snapshot is lost.
 *
 * @returns notes for people
 * @throws DvmError `no-size`, `bad-size`, `bad-chunk-size` (exit 64), `no-space` (exit 82), `no-snapshots` (exit 83)
 */
export function snapshotThick(draft: Draft, origin: string, s: NewThickSnapshot): string[] {
  const lv = draft.lvs[origin] as Lv;
  refuseKind(lv);
  refuseCloning(lv, 'there are no snapshots of it yet');
  refuseWritecache(lv, 'there are no snapshots of it');
  const chunkSize = s.chunkSize === undefined ? defaultChunk : parseSize(s.chunkSize, 'chunk size');
  if (!isChunkSize(chunkSize))
    throw fail('usage', 'bad-chunk-size', `chunk size ${formatSize(chunkSize)} is not a power of two from 4K to 512K`);
  const what = `snapshot "${s.name}"`;
  const space = spaceOf(draft, s.pvs);
  const size = wantedSize(s, draft.vg.extentSize, { ...sharesOf(draft, space), ORIGIN: () => sizeOf(lv) });
  const wanted = { ...size, extents: Math.max(1, size.extents) };
  const { rows, extents } = grow(draft, { what, size: wanted, stripes: 1, policy: draft.vg.allocation }, space);
  const cow = s.cowId ?? newId();
  draft.setLv(cow, { name: `${s.name}_cow`, hidden: true, segments: appendRows([], rows, 0) });
  const segment: SnapshotSegment = { start: 0, count: sizeOf(lv), type: 'snapshot', areas: [], origin, cow, chunkSize };
  draft.setLv(s.id, newVolume(s, { segments: [segment] }));
  return roundingNote(draft, what, wanted, extents);
}

/** Snapshots of snapshots, and of what users do not write to, are not what anyone means. */
function refuseKind(lv: Lv): void {
  if (lv.segments.length === 0) throw fail('inUse', 'no-snapshots', `volume "${lv.name}" is empty: there are no snapshots of it`);
  const kind = snapshotSegment(lv) ? 'a snapshot' : lv.segments.some((s) => s.type === 'thin-pool') ? 'a thin pool' : undefined;
  if (kind) throw fail('inUse', 'no-snapshots', `volume "${lv.name}" is ${kind}: there are no snapshots of it`);
}
