import { fail } from '#tool/errors.js';
import { type Extents, formatSize, type Sectors } from '#tool/units.js';
import { largestCacheChunk, smallestCacheChunk } from '../kinds/cache.schema.js';

/** LVM2's: 64 KiB, and larger ones rather than more than a million. */
const usualChunk: Sectors = 128;
const mostChunks = 1_000_000;

/** What the kernel needs of its metadata (as LVM2 reckons): for each transaction, and bytes for each chunk. */
const overhead: Sectors = 8192;
const bytesPerChunk = 28;
/** As much as dm-cache can use: 16 GiB less what it keeps (DM_CACHE_METADATA_MAX_SECTORS). */
const mostMetadata: Sectors = 255 * 2 ** 14 * 8 - 2 ** 18;

export function cacheChunkFor(data: Sectors): Sectors {
  return Math.max(usualChunk, Math.ceil(data / mostChunks / smallestCacheChunk) * smallestCacheChunk);
}

/** @throws DvmError `bad-chunk-size` (exit 64) */
export function checkCacheChunk(chunk: Sectors): void {
  if (chunk >= smallestCacheChunk && chunk <= largestCacheChunk && chunk % smallestCacheChunk === 0) return;
  throw fail('usage', 'bad-chunk-size', `chunk size ${formatSize(chunk)} is not a multiple of 32K up to 1G`);
}

export function cacheMetadataFor(data: Sectors, chunk: Sectors): Sectors {
  return Math.min(mostMetadata, overhead + Math.ceil((Math.ceil(data / chunk) * bytesPerChunk) / 512));
}

/**
 * Whole extents for metadata of some size.
 *
 * @throws DvmError `bad-size` (exit 64)
 */
export function cacheMetadataExtents(size: Sectors, least: Sectors, extentSize: Sectors): Extents {
  if (size < least)
    throw fail(
      'usage',
      'bad-size',
      `metadata of ${formatSize(size)} is too small for this cache: ${formatSize(least)} is the least`,
    );
  if (size > mostMetadata)
    throw fail('usage', 'bad-size', `metadata of ${formatSize(size)} is more than a cache can use: 15.81G is the most`);
  return Math.ceil(size / extentSize);
}
