import type { OpenStorage, Storage } from '#blockdev/storage.js';
import { fail } from '#tool/errors.js';
import { Broken } from '../../engine/oracle.js';

const BLOCK = 4096;

/** Blocks of 4 KiB by number; what is not there is zero. */
export type Blocks = ReadonlyMap<number, Buffer>;

/**
 * A large disk of few blocks. What is written lies over the blocks it was made of, which stay as they are. Reads are
 * counted: an image that makes its reader read without end is a finding, as is an access beyond the bounds.
 */
export class SparseDisk implements Storage {
  readonly blockSize = 512;
  readonly #under: Blocks;
  readonly #over = new Map<number, Buffer>();
  readonly #mostRead: number;
  #read = 0;

  /** @param mostRead bytes that may be read in all */
  constructor(
    readonly path: string,
    readonly size: number,
    blocks: Blocks,
    mostRead: number,
  ) {
    this.#under = blocks;
    this.#mostRead = mostRead;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    this.#check(offset, length);
    this.#read += length;
    if (this.#read > this.#mostRead) throw new Broken(`more than ${this.#mostRead} bytes are read of an image`);
    return this.peek(offset, length);
  }

  /** Reads for the tests themselves: neither checked nor counted. */
  peek(offset: number, length: number): Buffer {
    const out = Buffer.alloc(length);
    for (let at = 0; at < length; ) {
      const [block, within] = [Math.floor((offset + at) / BLOCK), (offset + at) % BLOCK];
      this.block(block)?.copy(out, at, within);
      at += BLOCK - within;
    }
    return out;
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    this.#check(offset, data.length);
    for (let at = 0; at < data.length; ) {
      const [block, within] = [Math.floor((offset + at) / BLOCK), (offset + at) % BLOCK];
      const changed = Buffer.from(this.block(block) ?? Buffer.alloc(BLOCK));
      changed.set(data.subarray(at, at + BLOCK - within), within);
      this.#over.set(block, changed);
      at += BLOCK - within;
    }
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  block(number: number): Buffer | undefined {
    return this.#over.get(number) ?? this.#under.get(number);
  }

  /** Everything on it, by block. */
  blocks(): Map<number, Buffer> {
    return new Map([...this.#under, ...this.#over]);
  }

  #check(offset: number, length: number): void {
    const outside = offset < 0 || length <= 0 || offset + length > this.size;
    if (outside || offset % this.blockSize !== 0 || length % this.blockSize !== 0)
      throw new Broken(`access to ${length} bytes at ${offset} of a disk of ${this.size}`);
  }
}

export function opener(disks: readonly SparseDisk[]): OpenStorage {
  return async (path) => {
    const disk = disks.find((d) => d.path === path);
    if (!disk) throw fail('notFound', 'no-device', `device "${path}" is not there`);
    return disk;
  };
}
