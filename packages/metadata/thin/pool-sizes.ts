import { fail } from '#tool/errors.js';
import { type Extents, formatSize, type Sectors } from '#tool/units.js';
import { smallestChunk } from '../kinds/thin-pool.js';

/** What the kernel needs of its metadata for each chunk that is mapped, roughly (as LVM2 reckons): bytes. */
const bytesPerChunk = 64;
/** Chunks are chosen so large that the metadata need not be larger than this: 128 MiB. */
const handyMetadata: Sectors = 2 ** 18;
const leastMetadata: Sectors = 4096;
/** dm-thin uses no more: 255 index blocks of 2^14 bitmaps, less what it keeps (15.81 GiB). */
export const mostMetadata: Sectors = 255 * 2 ** 14 * 8 - 2 ** 18;
const largestChunk: Sectors = 2 ** 21;

/** The smallest chunk, a power of two from 64 KiB, with which the metadata stays handy. */
export function chunkSizeFor(data: Sectors): Sectors {
  let chunk = smallestChunk;
  while (chunk < largestChunk && mapped(data, chunk) > handyMetadata) chunk *= 2;
  return chunk;
}

/** Room for the mappings of all chunks, at least 2 MiB. */
export function metadataSizeFor(data: Sectors, chunk: Sectors): Sectors {
  return Math.min(Math.max(leastMetadata, mapped(data, chunk)), mostMetadata);
}

function mapped(data: Sectors, chunk: Sectors): Sectors {
  return Math.ceil((Math.ceil(data / chunk) * bytesPerChunk) / 512);
}

/** @throws DvmError `bad-chunk-size` (exit 64) */
export function checkChunkSize(chunk: Sectors): void {
  if (chunk >= smallestChunk && chunk <= largestChunk && chunk % smallestChunk === 0) return;
  throw fail('usage', 'bad-chunk-size', `chunk size ${formatSize(chunk)} is not a multiple of 64K up to 1G`);
}

/**
 * Whole extents for metadata of some size.
 *
 * @throws DvmError `bad-size` (exit 64)
 */
export function metadataExtents(size: Sectors, extentSize: Sectors): Extents {
  if (size < leastMetadata)
    throw fail('usage', 'bad-size', `metadata of ${formatSize(size)} is too small for a thin pool: 2M is the least`);
  if (size > mostMetadata)
    throw fail('usage', 'bad-size', `metadata of ${formatSize(size)} is more than a thin pool can use: 15.81G is the most`);
  return Math.ceil(size / extentSize);
}
