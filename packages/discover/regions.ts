import type { Storage } from '#blockdev/storage.js';
import type { DeviceRange } from '#documents/layout.js';
import { SECTOR } from '#tool/units.js';

/** More than the superblocks of a region take. */
const BLANKED = 64 * 1024;

/** Zeroes the beginning of regions, so that a record of an earlier group is not taken for one of this. */
export async function blankRegions(storage: Storage, regions: readonly DeviceRange[]): Promise<void> {
  for (const r of regions) await storage.write(r.start * SECTOR, Buffer.alloc(Math.min(BLANKED, r.length * SECTOR)));
  if (regions.length > 0) await storage.flush();
}
