import { fail } from '#tool/errors.js';
import { parseSize, type Sectors } from '#tool/units.js';
import { compact } from '../compact.js';
import type { Draft } from '../draft.js';
import type { Cache } from '../kinds/cache.js';
import { type PartIds, pushDown, putPart } from '../layers.js';
import { findVolume } from '../lookup.js';
import { grow, roundingNote, sharesOf } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { pvsUnder } from '../raid/images.js';
import { appendRows, sizeOf } from '../segments.js';
import { type SizeOptions, type WantedSize, wantedSize } from '../sizes.js';
import { type Space, spaceOf } from '../space.js';
import { provideSpare, withExtents } from '../thin/spare.js';
import { refuseUncacheable } from './refusals.js';
import { cachedPart } from './segments.js';
import type { CacheSettings } from './settings.js';
import { cacheChunkFor, cacheMetadataExtents, cacheMetadataFor, checkCacheChunk } from './sizes.js';

export interface NewCache extends SizeOptions, CacheSettings {
  volume: string;
  /** With units; by default they follow from the size. */
  chunkSize?: string | undefined;
  metadataSize?: string | undefined;
  /** Where the cache lies; by default on other PVs than the volume, as long as they have room. */
  pvs: readonly string[];
  /** Keep a spare for a repair of the metadata. */
  spare: boolean;
  partIds: PartIds;
}

/**
 * Puts a cache before a volume, or before the data of a thin pool. It may be in use.
 *
 * @returns notes for people
 * @throws DvmError `no-size`, `bad-size`, `bad-chunk-size`, `bad-name` (exit 64), `no-volume`, `no-pv` (exit 80), `no-space`
 *   (exit 82), `cannot-cache` (exit 83)
 */
export function createCache(draft: Draft, c: NewCache): string[] {
  const visible = findVolume(draft, c.volume);
  const id = cachedPart(draft, visible);
  const lv = draft.lvs[id] as Lv;
  refuseUncacheable(draft, visible, id);
  const size = cacheSize(draft, id, c);
  const chunkSize =
    c.chunkSize === undefined ? cacheChunkFor(size.extents * draft.vg.extentSize) : parseSize(c.chunkSize, 'chunk size');
  checkCacheChunk(chunkSize);
  const count = sizeOf(lv);
  const parts = cacheParts(draft, lv, { ...c, size, chunkSize, space: () => besides(draft, id, c.pvs) });
  const origin = pushDown(draft, id, `${lv.name}_corig`, c.partIds);
  const { mode = 'writethrough', settings } = c;
  const areas = [{ lv: origin, extent: 0 }];
  const segment = compact<Cache>({ start: 0, count, type: 'cache', areas, ...parts, chunkSize, mode, policy: 'smq', settings });
  draft.setLv(id, { ...lv, segments: [segment] });
  return roundingNote(draft, `cache of volume "${lv.name}"`, size, sizeOf(draft.lvs[parts.data] as Lv));
}

/** Of a share, the metadata and the spare take their part. */
function cacheSize(draft: Draft, id: string, c: NewCache): WantedSize {
  const { extentSize } = draft.vg;
  const space = besides(draft, id, c.pvs);
  const size = wantedSize(c, extentSize, { ...sharesOf(draft, space), ORIGIN: () => sizeOf(draft.lvs[id] as Lv) });
  if (!size.share) {
    if (size.extents === 0) throw fail('usage', 'bad-size', `size of the cache of volume "${draft.lvs[id]?.name}" is 0`);
    return size;
  }
  const data = size.extents * extentSize;
  const meta = Math.ceil(cacheMetadataFor(data, cacheChunkFor(data)) / extentSize);
  return { ...size, extents: Math.max(0, size.extents - (c.spare ? 2 : 1) * meta) };
}

/** In order: what the volume does not lie on first, unless the order is given. */
function besides(draft: Draft, id: string, words: readonly string[]): Space {
  const space = spaceOf(draft, words);
  if (words.length > 0) return space;
  const own = pvsUnder(draft.lvs, [id]);
  return { ...space, pvs: space.pvs.toSorted((a, b) => Number(own.has(a.pv)) - Number(own.has(b.pv))) };
}

interface Parts extends Pick<NewCache, 'metadataSize' | 'spare' | 'partIds'> {
  size: WantedSize;
  chunkSize: Sectors;
  /** What is left of it at the time. */
  space: () => Space;
}

/** The hidden volumes with the chunks and with the metadata, and the group's spare. */
function cacheParts(draft: Draft, { name }: Lv, p: Parts): Pick<Cache, 'data' | 'meta'> {
  const { extentSize } = draft.vg;
  const growth = { what: `cache of volume "${name}"`, size: p.size, stripes: 1, policy: draft.vg.allocation };
  const { rows, extents } = grow(draft, growth, p.space());
  const least = cacheMetadataFor(extents * extentSize, p.chunkSize);
  const wanted = p.metadataSize === undefined ? least : parseSize(p.metadataSize, 'metadata size');
  const meta = cacheMetadataExtents(wanted, least, extentSize);
  const ids = { data: p.partIds(`${name}_cdata`), meta: p.partIds(`${name}_cmeta`) };
  putPart(draft, ids.data, { name: `${name}_cdata`, hidden: true, segments: appendRows([], rows, 0) });
  putPart(draft, ids.meta, withExtents(draft, { name: `${name}_cmeta`, hidden: true, segments: [] }, meta, p.space()));
  if (p.spare) provideSpare(draft, meta, spaceOf(draft, []), () => p.partIds('pmspare'));
  return ids;
}
