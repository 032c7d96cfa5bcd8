import type { OpenOptions, OpenStorage, Storage } from '#blockdev/storage.js';
import { fail } from '#tool/errors.js';
import type { Random } from './random.js';

export const SECTOR = 512;

/** One recorded operation of a disk. */
export type DiskOp =
  | { disk: string; kind: 'write'; offset: number; data: Buffer }
  | { disk: string; kind: 'flush' }
  | { disk: string; kind: 'read'; offset: number; length: number };

/** Asked before each operation, with its number; true makes it fail. */
export type Fault = (op: DiskOp, index: number) => boolean;

/**
 * Simulated disks on one bench. Every write and flush of all of them is recorded in order, so that the images
 * a power cut could leave can be made afterwards; any operation can be made to fail.
 */
export class Disks {
  readonly #images = new Map<string, Buffer>();
  readonly #sizes: { size: number; blockSize: number };
  /** Writes and flushes in order. */
  log: DiskOp[] = [];
  /** Reads are counted, not kept. */
  reads = { count: 0, bytes: 0 };
  opened = 0;
  fault: Fault | undefined;
  #ops = 0;
  #before = new Map<string, Buffer>();

  /** @param size of each disk in bytes */
  constructor(paths: readonly string[], size: number, blockSize = 512) {
    this.#sizes = { size, blockSize };
    for (const path of paths) this.#images.set(path, Buffer.alloc(size));
    this.record();
  }

  /** Starts a new record: crash images are made from the present state on. */
  record(): void {
    this.forget();
    this.#before = new Map([...this.#images].map(([path, image]) => [path, Buffer.from(image)]));
  }

  /** Starts a new record of which no crash images will be made. */
  forget(): void {
    this.log = [];
    this.#ops = 0;
    this.reads = { count: 0, bytes: 0 };
  }

  image(path: string): Buffer {
    const image = this.#images.get(path);
    if (!image) throw new Error(`no disk ${path}`);
    return image;
  }

  /** New disks with the same content. */
  copy(): Disks {
    return this.#with((path) => this.image(path));
  }

  bytesWritten(): number {
    return this.log.reduce((n, op) => n + (op.kind === 'write' ? op.data.length : 0), 0);
  }

  /** The disks as they were when the first `count` recorded operations had been done and all of them had arrived. */
  after(count: number): Disks {
    return this.#replay(this.log.slice(0, count), () => true);
  }

  /**
   * Disks as a power cut after the first `count` operations may leave them: what was flushed is there; of the rest
   * each sector may have arrived or not, in any order.
   */
  crash(count: number, random: Random): Disks {
    const done = this.log.slice(0, count);
    const lastFlush = new Map<string, number>();
    done.forEach((op, i) => {
      if (op.kind === 'flush') lastFlush.set(op.disk, i);
    });
    const isDurable = (op: DiskOp, i: number) => i < (lastFlush.get(op.disk) ?? -1);
    const durable = done.filter(isDurable);
    const pending = done.filter((op, i) => !isDurable(op, i));
    const kept = random.chance(0.5) ? random.next() : random.pick([0, 1]);
    return this.#replay(
      [...durable, ...random.shuffle(pending)],
      (op) => durable.includes(op) || random.chance(kept),
      random,
      durable.length,
    );
  }

  #replay(ops: readonly DiskOp[], arrives: (op: DiskOp) => boolean, random?: Random, sound = ops.length): Disks {
    const disks = this.#with((path) => this.#before.get(path) as Buffer);
    ops.forEach((op, i) => {
      if (op.kind !== 'write' || !arrives(op)) return;
      const image = disks.image(op.disk);
      if (i < sound || !random || random.chance(0.5)) op.data.copy(image, op.offset);
      else copySomeSectors(op, image, random);
    });
    disks.record();
    return disks;
  }

  #with(image: (path: string) => Buffer): Disks {
    const disks = new Disks([], this.#sizes.size, this.#sizes.blockSize);
    for (const path of this.#images.keys()) disks.#images.set(path, Buffer.from(image(path)));
    disks.record();
    return disks;
  }

  readonly open: OpenStorage = async (path, options) => {
    if (!this.#images.has(path)) throw fail('notFound', 'no-device', `device "${path}" is not there: ENOENT`);
    this.opened++;
    return new SimStorage(this, path, this.#sizes, options ?? {});
  };

  /** Records an operation, or fails it. */
  act(op: DiskOp): void {
    if (this.fault?.(op, this.#ops++)) throw fail('io', 'io-error', `${op.kind} of "${op.disk}" failed: EIO`);
    if (op.kind === 'read') {
      this.reads.count++;
      this.reads.bytes += op.length;
    } else this.log.push(op);
    if (op.kind === 'write') op.data.copy(this.image(op.disk), op.offset);
  }
}

/** Some sectors arrive, others do not; now and then one is torn in its middle. */
function copySomeSectors(op: { offset: number; data: Buffer }, image: Buffer, random: Random): void {
  for (let at = 0; at < op.data.length; at += SECTOR) {
    const fate = random.below(9);
    const length = fate < 4 ? SECTOR : fate < 8 ? 0 : random.below(SECTOR);
    op.data.copy(image, op.offset + at, at, at + length);
  }
}

class SimStorage implements Storage {
  readonly size: number;
  readonly blockSize: number;
  readonly path: string;
  readonly #disks: Disks;
  readonly #options: OpenOptions;

  constructor(disks: Disks, path: string, { size, blockSize }: { size: number; blockSize: number }, options: OpenOptions) {
    this.#disks = disks;
    this.path = path;
    this.size = size;
    this.blockSize = blockSize;
    this.#options = options;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    this.#check(offset, length);
    this.#disks.act({ disk: this.path, kind: 'read', offset, length });
    return Buffer.from(this.#disks.image(this.path).subarray(offset, offset + length));
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    if (!this.#options.write) throw new Error(`"${this.path}" is not open for writing`);
    this.#check(offset, data.length);
    this.#disks.act({ disk: this.path, kind: 'write', offset, data: Buffer.from(data) });
  }

  async flush(): Promise<void> {
    this.#disks.act({ disk: this.path, kind: 'flush' });
  }

  async close(): Promise<void> {}

  #check(offset: number, length: number): void {
    if (offset < 0 || offset % this.blockSize || length % this.blockSize || offset + length > this.size)
      throw new Error(`access to ${length} bytes at ${offset} of "${this.path}" is not possible`);
  }
}
