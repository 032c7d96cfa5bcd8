import { fail } from '#tool/errors.js';
import { type Extents, formatSize, parseSize, type Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import {
  type AllocationChoice,
  checkStripes,
  defaultStripeSize,
  grow,
  roundingNote,
  sharesOf,
  storedPolicy,
} from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { checkNew } from '../new-volume.js';
import { appendRows, type Row, sizeOf } from '../segments.js';
import { type SizeOptions, type WantedSize, wantedSize } from '../sizes.js';
import { type Space, spaceOf } from '../space.js';
import { editTags } from '../tags.js';
import { checkChunkSize, chunkSizeFor, metadataExtents, metadataSizeFor } from './pool-sizes.js';
import type { PoolSegment } from './segments.js';
import { provideSpare, spareName, withExtents } from './spare.js';

/** How a pool behaves; also what lv_set changes. */
export interface PoolSettings {
  discards?: 'passdown' | 'no-passdown' | 'ignore' | undefined;
  zero?: boolean | undefined;
  errorIfFull?: boolean | undefined;
}

export interface NewPool extends SizeOptions, PoolSettings {
  id: string;
  /** Ids for the hidden volumes that come with it. */
  newId(): string;
  name: string;
  created: string;
  /** With a unit; default: 64 bytes a chunk, at least 2M. */
  metadataSize?: string | undefined;
  chunkSize?: string | undefined;
  stripes: number;
  stripeSize?: Sectors | undefined;
  pvs: readonly string[];
  allocation?: AllocationChoice | undefined;
  tags: readonly string[];
  autoactivate: boolean;
  /** Keep a spare for repair. */
  spare: boolean;
}

/** Sizes of the three volumes, in extents. */
interface PoolSizes {
  data: WantedSize;
  meta: Extents;
  chunkSize: Sectors;
}

/**
 * Creates a thin pool: the volume that users see, its data, its metadata, and the group's spare.
 *
 * @returns notes for people
 * @throws DvmError `bad-name`, `bad-size`, `bad-chunk-size`, `bad-stripes`, `bad-stripe-size`, `bad-tag` (exit 64),
 *   `no-pv` (exit 80), `name-taken`, `id-taken` (exit 81), `no-space` (exit 82)
 */
export function createPool(draft: Draft, p: NewPool): string[] {
  checkNew(draft, p);
  const space = spaceOf(draft, p.pvs);
  const { data, meta, chunkSize } = poolSizes(draft, p, space);
  if (p.spare) provideSpare(draft, meta, space, p.newId);
  const dataLv = dataVolume(draft, p, data);
  const count = sizeOf(dataLv);
  if (count * draft.vg.extentSize < chunkSize)
    throw fail(
      'usage',
      'bad-size',
      `thin pool "${p.name}" is to have ${count} extents: less than one chunk of ${formatSize(chunkSize)}`,
    );
  const metaLv = withExtents(
    draft,
    { name: `${p.name}_tmeta`, hidden: true, segments: [] },
    meta,
    asideOf(dataLv, spaceOf(draft, p.pvs)),
  );
  const [dataId, metaId] = [p.newId(), p.newId()];
  draft.setLv(dataId, dataLv);
  draft.setLv(metaId, metaLv);
  draft.setLv(p.id, poolVolume(p, { start: 0, count, areas: [{ lv: dataId, extent: 0 }], meta: metaId, chunkSize }));
  return roundingNote(draft, `thin pool "${p.name}"`, data, count);
}

function poolSizes(draft: Draft, p: NewPool, space: Space): PoolSizes {
  const { extentSize } = draft.vg;
  const data = wantedSize(p, extentSize, sharesOf(draft, space));
  if (data.extents === 0 && !data.share) throw fail('usage', 'bad-size', `size of thin pool "${p.name}" is 0`);
  const chunkSize = p.chunkSize === undefined ? chunkSizeFor(data.extents * extentSize) : parseSize(p.chunkSize, 'chunk size');
  checkChunkSize(chunkSize);
  const wanted = p.metadataSize === undefined ? metadataSizeFor(data.extents * extentSize, chunkSize) : parseSize(p.metadataSize);
  const meta = metadataExtents(wanted, extentSize);
  // of a share, the metadata and the spare take their part
  const besides = meta + (p.spare ? Math.max(0, meta - spareExtents(draft)) : 0);
  return { data: data.share ? { ...data, extents: Math.max(0, data.extents - besides) } : data, meta, chunkSize };
}

function spareExtents(draft: Draft): Extents {
  const lv = draft.lvs[draft.idOf(spareName) ?? ''];
  return lv ? sizeOf(lv) : 0;
}

function dataVolume(draft: Draft, p: NewPool, size: WantedSize): Lv {
  const stripeSize = p.stripeSize ?? defaultStripeSize(draft.vg.extentSize);
  checkStripes(p.stripes, stripeSize, draft.vg.extentSize);
  const allocation = storedPolicy(p.allocation);
  const growth = { what: `thin pool "${p.name}"`, size, stripes: p.stripes, policy: allocation ?? draft.vg.allocation };
  const { rows }: { rows: Row[] } = grow(draft, growth, spaceOf(draft, p.pvs));
  return compact<Lv>({ name: `${p.name}_tdata`, hidden: true, allocation, segments: appendRows([], rows, stripeSize) });
}

/** The metadata keeps away from the data's PVs as long as there are others, as LVM2 has it. */
function asideOf({ segments }: Lv, space: Space): Space {
  const busy = new Set(segments.flatMap((s) => s.areas.map((a) => a.pv)));
  const pvs = space.pvs.toSorted((a, b) => Number(busy.has(a.pv)) - Number(busy.has(b.pv)));
  return { ...space, pvs };
}

type Base = Pick<PoolSegment, 'start' | 'count' | 'areas' | 'meta' | 'chunkSize'>;

function poolVolume(p: NewPool, base: Base): Lv {
  return compact<Lv>({
    name: p.name,
    segments: [withSettings({ ...base, type: 'thin-pool', transaction: 0 }, p)],
    created: p.created,
    tags: editTags(undefined, p.tags),
    autoactivate: p.autoactivate ? undefined : false,
  });
}

/** A pool's segment with other settings; defaults are left out. */
export function withSettings(segment: PoolSegment, { discards, zero, errorIfFull }: PoolSettings): PoolSegment {
  return compact<PoolSegment>({
    ...segment,
    discards: discards === undefined ? segment.discards : discards === 'passdown' ? undefined : discards,
    zero: zero === undefined ? segment.zero : zero ? undefined : false,
    errorIfFull: errorIfFull === undefined ? segment.errorIfFull : errorIfFull ? true : undefined,
  });
}
