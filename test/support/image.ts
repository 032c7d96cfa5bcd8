const BLOCK = 4096;

/** The content of a sparse disk. Its blocks are never written in place, so a copy costs no more than their map. */
export class Image {
  readonly size: number;
  readonly #blocks: Map<number, Buffer>;

  constructor(size: number, blocks = new Map<number, Buffer>()) {
    this.size = size;
    this.#blocks = blocks;
  }

  copy(): Image {
    return new Image(this.size, new Map(this.#blocks));
  }

  /** A copy of the bytes. */
  read(offset = 0, length = this.size - offset): Buffer {
    const out = Buffer.alloc(length);
    for (const { block, from, at, count } of pieces(offset, length)) this.#blocks.get(block)?.copy(out, at, from, from + count);
    return out;
  }

  equals(other: Image): boolean {
    return [...this.#blocks.keys(), ...other.#blocks.keys()].every((b) =>
      this.read(b * BLOCK, BLOCK).equals(other.read(b * BLOCK, BLOCK)),
    );
  }

  write(offset: number, data: Uint8Array): void {
    for (const { block, from, at, count } of pieces(offset, data.length)) {
      const old = this.#blocks.get(block);
      const next = old ? Buffer.from(old) : Buffer.alloc(BLOCK);
      next.set(data.subarray(at, at + count), from);
      this.#blocks.set(block, next);
    }
  }

  fill(value: number, from: number, to: number): void {
    this.write(from, Buffer.alloc(to - from, value));
  }

  /** Gives all of it to `edit` and takes it back. */
  change(edit: (bytes: Buffer) => void): void {
    const bytes = this.read();
    edit(bytes);
    this.write(0, bytes);
  }

  /** Where `text` first is in a block; -1 where it is nowhere. */
  indexOf(text: string): number {
    const found = [...this.#blocks].map(([block, bytes]) => ({ block, at: bytes.indexOf(text) })).filter(({ at }) => at >= 0);
    return Math.min(...found.map(({ block, at }) => block * BLOCK + at), found.length > 0 ? Number.POSITIVE_INFINITY : -1);
  }
}

/** The parts of a range that lie in one block each: `from` within the block, `at` within the range. */
function* pieces(offset: number, length: number): Generator<{ block: number; from: number; at: number; count: number }> {
  for (let at = 0; at < length; ) {
    const block = Math.floor((offset + at) / BLOCK);
    const from = (offset + at) % BLOCK;
    const count = Math.min(BLOCK - from, length - at);
    yield { block, from, at, count };
    at += count;
  }
}
