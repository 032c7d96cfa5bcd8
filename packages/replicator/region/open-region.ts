import { mapParallel } from '#blockdev/parallel.js';
import type { Storage } from '#blockdev/storage.js';
import { type Region, regionName } from '#documents/regions.js';
import { DvmError, fail } from '#tool/errors.js';
import { SECTOR } from '#tool/units.js';
import { BLOCK, BLOCK_SECTORS } from '../format/block.js';
import { newest, type Slot, SUPERBLOCK_SIZE, type Superblock, slotOf, unmarked } from '../format/superblock.js';
import { spansOf } from './runs.js';
import type { Superblocks } from './superblocks.js';
import type { PlacedTree } from './walk.js';

/** Blocks to be written at a place of the region. */
export interface BlockWrite {
  block: number;
  /** Whole blocks. */
  data: Buffer;
}

/** What has been read of a region, and is true as long as its superblocks stand still. */
interface Memory {
  /** Tables and history blocks. */
  readonly blocks: Map<number, Buffer>;
  /** Where the active version lies. */
  active: { hash: string; block: number; tree: PlacedTree } | undefined;
}

/** Reads or writes of one region that are under way at a time. */
export const AT_ONCE = 8;

/** One region on an open device: its blocks, and what its superblocks said when they were last read or written. */
export class OpenRegion {
  readonly region: Region;
  readonly name: string;
  readonly #storage: Storage | undefined;
  readonly #superblocks: Superblocks;
  #slots: readonly Slot[] = [];
  #slotBytes: Buffer = Buffer.alloc(0);
  #superblock: Superblock | undefined;
  /** The superblock that counts is known to be durable. */
  #settled = false;
  memory: Memory = { blocks: new Map(), active: undefined };
  /** Why the region cannot be used: it could not be read, or a write or flush failed. Final. */
  failure: DvmError | undefined;
  /** `slots` are what the device holds: they have been read, and every superblock since was written and flushed. */
  known = false;

  /** @param storage the region's device, or why it could not be opened */
  constructor(region: Region, storage: Storage | DvmError, superblocks: Superblocks) {
    this.region = region;
    this.#superblocks = superblocks;
    this.name = regionName(region);
    this.#storage = storage instanceof Error ? undefined : storage;
    this.failure = storage instanceof Error ? storage : regionProblem(region, storage);
  }

  get slots(): readonly Slot[] {
    return this.#slots;
  }

  /** The superblock that counts. */
  get superblock(): Superblock | undefined {
    return this.#superblock;
  }

  /** Reads both superblocks. A failure is kept, not thrown. */
  async readSlots(): Promise<void> {
    try {
      const both = await this.readSpan(0, 2);
      this.known = true;
      if (both.equals(this.#slotBytes)) return;
      this.#slotBytes = both;
      this.#settled = false;
      this.memory = { blocks: new Map(), active: undefined };
      const slot = (index: 0 | 1): Slot => {
        return this.#superblocks.parse(both.subarray(index * BLOCK, (index + 1) * BLOCK), index, this.region);
      };
      this.#setSlots([slot(0), slot(1)]);
    } catch (e) {
      if (!(e instanceof DvmError)) throw e;
      this.failure ??= e;
    }
  }

  /** The named blocks by number; neighbours are read together. */
  async readBlocks(blocks: Iterable<number>): Promise<Map<number, Buffer>> {
    const sorted = Uint32Array.from(new Set(blocks)).sort();
    const found = new Map<number, Buffer>();
    await mapParallel(spansOf(sorted), AT_ONCE, async ({ first, last, from, to }) => {
      const data = await this.readSpan(first, last - first + 1);
      for (let i = from; i < to; i++) {
        const at = ((sorted[i] as number) - first) * BLOCK;
        found.set(sorted[i] as number, data.subarray(at, at + BLOCK));
      }
    });
    return found;
  }

  /** The same for tables and history, of which each block is read once; there may be others among the answer. */
  async ownBlocks(blocks: Iterable<number>): Promise<ReadonlyMap<number, Buffer>> {
    const { memory } = this;
    const missing = [...blocks].filter((b) => !memory.blocks.has(b));
    if (missing.length > 0) for (const [block, data] of await this.readBlocks(missing)) memory.blocks.set(block, data);
    return memory.blocks;
  }

  /** Writes blocks. Not durable before `flush`, and in no order. */
  async writeBlocks(writes: readonly BlockWrite[]): Promise<void> {
    await this.#guard(async (storage) => {
      await mapParallel(writes, AT_ONCE, ({ block, data }) => storage.write(this.#offset(block), data));
    });
  }

  async flush(): Promise<void> {
    await this.#guard((storage) => storage.flush());
    this.#settled = true;
  }

  /**
   * Writes the next superblock: `next` with the sequence number after the present one, which is durable by then, so
   * that a torn write loses one step and not two. It is the region's state from then on.
   */
  async writeSuperblock(next: Omit<Superblock, 'sequence'>, options: { durable: boolean }): Promise<void> {
    if (this.superblock && !this.#settled) await this.flush();
    const { superblock, block } = this.#superblocks.pack({ ...next, sequence: (this.superblock?.sequence ?? 0) + 1 });
    const slot = slotOf(superblock.sequence);
    this.known = false;
    // The first one of a region has no other to fall back to: it gets its mark last, so that torn it is none.
    if (!this.superblock) await this.#writeSlot(slot, unmarked(block), true);
    await this.#writeSlot(slot, block, options.durable);
    this.known = true;
    this.#settled = options.durable;
    this.#setSlot(slot, { state: 'valid', superblock });
  }

  /** Forgets what a slot held, durably: first its mark, so that torn it is either what it was or none. */
  async wipeSlot(slot: 0 | 1): Promise<void> {
    await this.#guard(async () => this.#writeSlot(slot, unmarked(await this.readSpan(slot, 1)), true));
    await this.writeBlocks([{ block: slot, data: Buffer.alloc(BLOCK) }]);
    await this.flush();
    this.#setSlot(slot, { state: 'blank' });
  }

  #setSlot(index: 0 | 1, slot: Slot): void {
    this.#slotBytes = Buffer.alloc(0);
    this.memory = { blocks: new Map(), active: undefined };
    this.#setSlots(this.slots.with(index, slot));
  }

  #setSlots(slots: readonly Slot[]): void {
    this.#slots = slots;
    this.#superblock = newest(slots);
  }

  /** One sector where the device has sectors of 512 bytes. */
  #writeSlot(slot: number, block: Buffer, durable: boolean): Promise<void> {
    return this.#guard((storage) =>
      storage.write(this.#offset(slot), block.subarray(0, Math.max(storage.blockSize, SUPERBLOCK_SIZE)), { durable }),
    );
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

  /** Consecutive blocks. */
  readSpan(block: number, count: number): Promise<Buffer> {
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
