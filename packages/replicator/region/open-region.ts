import { mapParallel } from '#blockdev/parallel.js';
import type { Storage } from '#blockdev/storage.js';
import { type Region, regionName } from '#documents/regions.js';
import { DvmError, fail } from '#tool/errors.js';
import { SECTOR } from '#tool/units.js';
import { BLOCK, BLOCK_SECTORS } from '../format/block.js';
import {
  newest,
  packSuperblock,
  parseSlot,
  type Slot,
  SUPERBLOCK_SIZE,
  type Superblock,
  slotOf,
  unmarked,
} from '../format/superblock.js';
import { runsOf, spansOf } from './runs.js';

/** Blocks to be written at a place of the region. */
export interface BlockWrite {
  block: number;
  /** Whole blocks. */
  data: Buffer;
}

/** Reads of one region that are under way at a time. */
const READS = 8;

/** One region on an open device: its blocks, and what its superblocks said when they were last read or written. */
export class OpenRegion {
  readonly region: Region;
  readonly #storage: Storage | undefined;
  slots: Slot[] = [];
  /** Why the region cannot be used: it could not be read, or a write or flush failed. Final. */
  failure: DvmError | undefined;
  /** `slots` are what the device holds: they have been read, and every superblock since was written and flushed. */
  known = false;

  /** @param storage the region's device, or why it could not be opened */
  constructor(region: Region, storage: Storage | DvmError) {
    this.region = region;
    this.#storage = storage instanceof Error ? undefined : storage;
    this.failure = storage instanceof Error ? storage : regionProblem(region, storage);
  }

  get name(): string {
    return regionName(this.region);
  }

  get superblock(): Superblock | undefined {
    return newest(this.slots);
  }

  /** Reads both superblocks. A failure is kept, not thrown. */
  async readSlots(): Promise<void> {
    try {
      const both = await this.#readSpan(0, 2);
      this.slots = [parseSlot(both.subarray(0, BLOCK), 0, this.region), parseSlot(both.subarray(BLOCK), 1, this.region)];
      this.known = true;
    } catch (e) {
      if (!(e instanceof DvmError)) throw e;
      this.failure ??= e;
    }
  }

  /** The named blocks by number; neighbours are read together. */
  async readBlocks(blocks: Iterable<number>): Promise<Map<number, Buffer>> {
    const sorted = Uint32Array.from(new Set(blocks)).sort();
    const found = new Map<number, Buffer>();
    await mapParallel(spansOf(sorted), READS, async ({ first, last, from, to }) => {
      const data = await this.#readSpan(first, last - first + 1);
      for (let i = from; i < to; i++) {
        const at = ((sorted[i] as number) - first) * BLOCK;
        found.set(sorted[i] as number, data.subarray(at, at + BLOCK));
      }
    });
    return found;
  }

  /** Writes blocks, neighbours in one write. Not durable before `flush`. */
  async writeBlocks(writes: readonly BlockWrite[]): Promise<void> {
    await this.#guard(async (storage) => {
      for (const { block, data } of runsOf(writes)) await storage.write(this.#offset(block), data);
    });
  }

  flush(): Promise<void> {
    return this.#guard((storage) => storage.flush());
  }

  /**
   * Writes the next superblock: `next` with the sequence number after the present one.
   * It is the region's state from then on.
   */
  async writeSuperblock(next: Omit<Superblock, 'sequence'>, options: { flush: boolean }): Promise<void> {
    const superblock = { ...next, sequence: (this.superblock?.sequence ?? 0) + 1 };
    const slot = slotOf(superblock.sequence);
    this.known = false;
    const block = packSuperblock(superblock);
    // The first one of a region has no other to fall back to: it gets its mark last, so that torn it is none.
    if (!this.superblock) await this.#writeSlot(slot, unmarked(block), true);
    await this.#writeSlot(slot, block, options.flush);
    this.slots[slot] = { state: 'valid', superblock };
    this.known = true;
  }

  /** Forgets what a slot held, durably: first its mark, so that torn it is either what it was or none. */
  async wipeSlot(slot: 0 | 1): Promise<void> {
    await this.#guard(async () => this.#writeSlot(slot, unmarked(await this.#readSpan(slot, 1)), true));
    await this.writeBlocks([{ block: slot, data: Buffer.alloc(BLOCK) }]);
    await this.flush();
    this.slots[slot] = { state: 'blank' };
  }

  /** One sector where the device has sectors of 512 bytes. */
  async #writeSlot(slot: number, block: Buffer, flush: boolean): Promise<void> {
    await this.#guard((storage) =>
      storage.write(this.#offset(slot), block.subarray(0, Math.max(storage.blockSize, SUPERBLOCK_SIZE))),
    );
    if (flush) await this.flush();
  }

  /** After a failed write or flush the device's state is unknown: the region is not used again. */
  async #guard(act: (storage: Storage) => Promise<void>): Promise<void> {
    if (this.failure || !this.#storage) throw this.failure;
    try {
      await act(this.#storage);
    } catch (e) {
      if (e instanceof DvmError) this.failure = e;
      throw e;
    }
  }

  #readSpan(block: number, count: number): Promise<Buffer> {
    if (this.failure || !this.#storage) throw this.failure;
    return this.#storage.read(this.#offset(block), count * BLOCK);
  }

  #offset(block: number): number {
    return this.region.start * SECTOR + block * BLOCK;
  }
}

function regionProblem(region: Region, storage: Storage): DvmError | undefined {
  const name = regionName(region);
  if (region.start % BLOCK_SECTORS !== 0 || region.length % BLOCK_SECTORS !== 0)
    return fail('badInput', 'region-unaligned', `region "${name}" is not made of whole 4 KiB blocks`);
  if ((region.start + region.length) * SECTOR > storage.size)
    return fail('io', 'region-outside', `region "${name}" reaches past the end of its device at byte ${storage.size}`);
  return undefined;
}
