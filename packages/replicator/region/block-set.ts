import type { Run } from '../format/history-block.js';

/** A set of a region's blocks. */
export class BlockSet {
  readonly #bits: Uint8Array;
  readonly blocks: number;
  #count = 0;

  /** @param blocks of the region */
  constructor(blocks: number) {
    this.blocks = blocks;
    this.#bits = new Uint8Array(Math.ceil(blocks / 8));
  }

  get free(): number {
    return this.blocks - this.#count;
  }

  has(block: number): boolean {
    return ((this.#bits[block >>> 3] as number) & (1 << (block & 7))) !== 0;
  }

  add(block: number): void {
    if (this.has(block)) return;
    (this.#bits[block >>> 3] as number) |= 1 << (block & 7);
    this.#count++;
  }

  addAll(blocks: Iterable<number>): void {
    for (const block of blocks) this.add(block);
  }

  addRuns(runs: readonly Run[]): void {
    for (const { start, length } of runs) for (let i = 0; i < length; i++) this.add(start + i);
  }

  addSet(other: BlockSet): void {
    for (let byte = 0; byte < other.#bits.length; byte++)
      if (other.#bits[byte] !== 0)
        for (let block = byte * 8; block < byte * 8 + 8; block++) if (other.has(block)) this.add(block);
  }

  clone(): BlockSet {
    const copy = new BlockSet(this.blocks);
    copy.#bits.set(this.#bits);
    copy.#count = this.#count;
    return copy;
  }

  /**
   * `count` blocks that are not in the set, the first ones from `from` on, continuing at the region's start.
   * There must be as many.
   */
  allocate(count: number, from: number): Uint32Array {
    const found = new Uint32Array(count);
    let block = from < this.blocks ? from : 0;
    for (let n = 0; n < count; block = block + 1 < this.blocks ? block + 1 : 0) if (!this.has(block)) found[n++] = block;
    return found;
  }
}
