import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Event, heard } from './events.js';

/** Where the two superblocks of a region lie on a disk, as discover places it by default. */
const [superblocks, superblockBytes] = [1 << 20, 8192];

/** Events of a kind from now on. */
export class Events {
  readonly #before: number;
  #size = 0;
  #count = 0;

  constructor(
    readonly dir: string,
    readonly kind: Event['event'],
  ) {
    this.#before = this.#all();
  }

  count(): number {
    const { size } = statSync(join(this.dir, 'events'), { throwIfNoEntry: false }) ?? { size: 0 };
    if (size !== this.#size) this.#count = this.#all() - this.#before;
    this.#size = size;
    return this.#count;
  }

  #all(): number {
    return heard(this.dir).filter((e) => e.event === this.kind).length;
  }

  close(): void {}
}

/** Writes to the superblocks of one disk since all was found whole. */
export class SuperblockWrites {
  readonly #fd: number;
  readonly #whole: Events;
  readonly #now = Buffer.alloc(superblockBytes);
  #before: Buffer | undefined;
  #count = 0;

  constructor(dir: string, image: string) {
    this.#fd = openSync(image, 'r');
    this.#whole = new Events(dir, 'whole');
  }

  count(): number {
    if (!this.#before && this.#whole.count() === 0) return 0;
    readSync(this.#fd, this.#now, 0, superblockBytes, superblocks);
    if (this.#before && !this.#now.equals(this.#before)) this.#count++;
    this.#before = Buffer.from(this.#now);
    return this.#count;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
