import { alignedBuffer } from '#blockdev/aligned.js';
import type { Region } from '#documents/regions.js';
import { BLOCK } from '../format/block.js';
import { packSuperblock, parseSlot, type Slot, SUPERBLOCK_SIZE, type Superblock, slotOfRegion } from '../format/superblock.js';

/** A superblock and the block that holds it. */
interface Packed {
  superblock: Superblock;
  /** Aligned as devices like it; not to be changed. */
  block: Buffer;
}

/**
 * Superblocks of many regions. Those of a group's copies are equal as a rule, so the last one of each slot is remembered:
 * equal bytes are not checked and parsed again, nor equal superblocks packed, and one object stands for all of them.
 */
export class Superblocks {
  readonly #sound: (Packed | undefined)[] = [];
  #packed: Packed | undefined;

  /** As `parseSlot` does. */
  parse(block: Buffer, index: 0 | 1, region: Region): Slot {
    const sector = block.subarray(0, SUPERBLOCK_SIZE);
    const before = this.#sound[index];
    if (before?.block.equals(sector)) return slotOfRegion(before.superblock, index, index, region);
    const slot = parseSlot(block, index, region);
    if (slot.state === 'valid') this.#sound[index] = { superblock: slot.superblock, block: Buffer.from(sector) };
    return slot;
  }

  /** As `packSuperblock` does; the superblock that comes back is the one to go on with. */
  pack(superblock: Superblock): Packed {
    if (!this.#packed || !sameParts(this.#packed.superblock, superblock)) {
      const block = alignedBuffer(BLOCK);
      packSuperblock(superblock).copy(block);
      this.#packed = { superblock, block };
    }
    return this.#packed;
  }
}

function sameParts(a: Superblock, b: Superblock): boolean {
  return (Object.keys(a) as (keyof Superblock)[]).every((key) => a[key] === b[key]);
}
