/** A set of small numbers, cheap to copy and unite. */
export class DeviceSet {
  readonly #words: Uint32Array;

  constructor(size: number, from?: DeviceSet) {
    this.#words = from ? from.#words.slice() : new Uint32Array(Math.ceil(size / 32));
  }

  copy(): DeviceSet {
    return new DeviceSet(0, this);
  }

  has(bit: number): boolean {
    return ((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  add(bit: number): void {
    const at = bit >>> 5;
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (bit & 31));
  }

  delete(bit: number): void {
    const at = bit >>> 5;
    this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (bit & 31));
  }

  /** Adds all of another set; true when that changed anything. */
  unite(other: DeviceSet): boolean {
    let changed = false;
    this.#words.forEach((word, at) => {
      const united = (word | (other.#words[at] ?? 0)) >>> 0;
      changed ||= united !== word;
      this.#words[at] = united;
    });
    return changed;
  }

  /** The smallest member; undefined when there is none. */
  first(): number | undefined {
    const at = this.#words.findIndex((word) => word !== 0);
    return at < 0 ? undefined : at * 32 + 31 - Math.clz32((this.#words[at] ?? 0) & -(this.#words[at] ?? 0));
  }
}
