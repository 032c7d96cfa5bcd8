import { collect, type Outcome } from './flip.js';
import { BLOCK_SECTORS } from './format/block.js';
import type { RegionSet } from './region-set.js';

/**
 * Takes into use what a region's list entry has more than its superblock says: one superblock write a region. What is
 * committed, prepared and remembered stays as it is. Blank regions, and those that have their length, are left alone.
 */
export function growIn(set: RegionSet): Promise<Outcome> {
  return collect(set.members, async (of) => {
    if (of.failure) throw of.failure;
    const blocks = Math.floor(of.region.length / BLOCK_SECTORS);
    const { superblock } = of;
    if (!superblock || superblock.blocks >= blocks) return 'already';
    await of.writeSuperblock({ ...superblock, blocks }, { durable: true });
    return 'done';
  });
}
