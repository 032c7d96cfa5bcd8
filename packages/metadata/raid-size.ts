import { fail } from '#tool/errors.js';
import { type Extents, formatSize, SECTOR, type Sectors } from '#tool/units.js';

/** As LVM2 has it. */
const usualRegion: Sectors = 4096;
/** The kernel counts at most so many regions (dm-raid: validate_region_size). */
const mostRegions = 2 ** 21;
/** A page. */
const smallestRegion: Sectors = 8;

/** What md keeps before its bits: its superblock, then that of the bitmap (dm-raid.c, md-bitmap.h). */
const recordBytes = 4096 + 256;

/**
 * Sectors that a bit of the bitmap stands for: as wanted, else 2 MiB, less for a smaller volume and more for a very large one.
 *
 * @param size of the volume
 * @throws DvmError `bad-region-size` (exit 64)
 */
export function regionSizeFor(size: Sectors, stripeSize: Sectors | undefined, wanted?: Sectors): Sectors {
  const least = leastRegion(size, stripeSize);
  if (wanted === undefined) return Math.max(least, Math.min(usualRegion, 2 ** Math.floor(Math.log2(size))));
  if (Number.isInteger(Math.log2(wanted)) && wanted >= least && wanted <= size) return wanted;
  throw fail(
    'usage',
    'bad-region-size',
    `region size ${formatSize(wanted)} is not a power of two from ${formatSize(least)} to the size of the volume, ${formatSize(size)}`,
  );
}

/** The least that the kernel takes for a volume of that size. */
export function leastRegion(size: Sectors, stripeSize: Sectors = 0): Sectors {
  return Math.max(smallestRegion, stripeSize, 2 ** Math.ceil(Math.log2(size / mostRegions)));
}

/** Extents that the kernel's records of one image take: as a rule one. */
export function metaExtents(size: Sectors, regionSize: Sectors | undefined, extentSize: Sectors): Extents {
  if (regionSize === undefined) return 0;
  return Math.ceil((recordBytes + size / regionSize / 8) / (extentSize * SECTOR));
}
