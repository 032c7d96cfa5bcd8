import type { Socket } from 'node:net';

/** Takes exact numbers of bytes off a connection; no more is read from it than is asked for, and a little ahead. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(socket: Socket) {
    this.#source = socket[Symbol.asyncIterator]();
  }

  /** Undefined when the connection ends before. */
  async read(count: number): Promise<Buffer | undefined> {
    while (this.#length < count) if (!(await this.#more())) return undefined;
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#length);
    this.#chunks = all.length > count ? [all.subarray(count)] : [];
    this.#length -= count;
    return all.subarray(0, count);
  }

  /** Lets go of so many bytes. False when the connection ends before. */
  async skip(count: number): Promise<boolean> {
    for (let left = count; left > 0; ) {
      if (this.#length === 0 && !(await this.#more())) return false;
      const taken = Math.min(left, this.#length);
      await this.read(taken);
      left -= taken;
    }
    return true;
  }

  async #more(): Promise<boolean> {
    try {
      const { done, value } = await this.#source.next();
      if (done) return false;
      this.#chunks.push(value);
      this.#length += value.length;
      return true;
    } catch {
      return false; // reset
    }
  }
}
