import type { OpenOptions, OpenStorage, Storage, WriteOptions } from '#blockdev/storage.js';
import { fail } from '#tool/errors.js';
import { Image } from './image.js';
import type { Random } from './random.js';

export const SECTOR = 512;

/** One recorded operation of a disk. */
export type DiskOp =
  | { disk: string; kind: 'write'; offset: number; data: Buffer }
  | { disk: string; kind: 'flush' }
  /** A write becomes durable by itself. */
  | { disk: string; kind: 'settle'; write: DiskOp }
  | { disk: string; kind: 'read'; offset: number; length: number };

/** Asked before each operation, with its number; true makes it fail. */
export type Fault = (op: DiskOp, index: number) => boolean;

/**
 * Simulated disks on one bench. Every write and flush of all of them is recorded in order, so that the images
 * a power cut could leave can be made afterwards; any operation can be made to fail.
 */
export class Disks {
  readonly #images = new Map<string, Image>();
  readonly #sizes: { size: number; blockSize: number };
  /** Writes and flushes in order. */
  log: DiskOp[] = [];
  /** Reads are counted, not kept. */
  reads = { count: 0, bytes: 0 };
  opened = 0;
  fault: Fault | undefined;
  /** Told of each write and flush once it is done. */
  watch: (() => void) | undefined;
  /** Lets operations take turns that differ from run to run. */
  jitter: Random | undefined;
  #ops = 0;
  #before = new Map<string, Image>();

  /** @param size of each disk in bytes */
  constructor(paths: readonly string[], size: number, blockSize = 512) {
    this.#sizes = { size, blockSize };
    for (const path of paths) this.#images.set(path, new Image(size));
    this.record();
  }

  /** Starts a new record: crash images are made from the present state on. */
  record(): void {
    this.forget();
    this.#before = new Map([...this.#images].map(([path, image]) => [path, image.copy()]));
  }

  /** Starts a new record of which no crash images will be made. */
  forget(): void {
    this.log = [];
    this.#ops = 0;
    this.reads = { count: 0, bytes: 0 };
  }

  get paths(): string[] {
    return [...this.#images.keys()];
  }

  image(path: string): Image {
    const image = this.#images.get(path);
    if (!image) throw new Error(`no disk ${path}`);
    return image;
  }

  /** Another content for a disk. */
  put(path: string, image: Image): void {
    this.#images.set(path, image.copy());
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
    return this.#replay(this.log.slice(0, count), []);
  }

  /**
   * Disks as a power cut after the first `count` operations may leave them: what was flushed is there; of the rest
   * each sector may have arrived or not, or in part, in any order.
   */
  crash(count: number, random: Random): Disks {
    const lastFlush = new Map<string, number>();
    for (let i = 0; i < count; i++) if (this.log[i]?.kind === 'flush') lastFlush.set(this.log[i]?.disk ?? '', i);
    const done = this.log.slice(0, count);
    const settled = new Set(done.map((op) => (op.kind === 'settle' ? op.write : undefined)));
    const isDurable = (op: DiskOp, i: number): boolean => i < (lastFlush.get(op.disk) ?? -1) || settled.has(op);
    const pending = random.shuffle(done.filter((op, i) => !isDurable(op, i)));
    const kept = random.chance(0.5) ? random.next() : random.pick([0, 1]);
    return this.#replay(
      done.filter(isDurable),
      pending.filter(() => random.chance(kept)),
      random,
    );
  }

  /** What is `sound` arrived whole, of what is `loose` some only in part. */
  #replay(sound: readonly DiskOp[], loose: readonly DiskOp[], random?: Random): Disks {
    const disks = this.#with((path) => this.#before.get(path) as Image);
    for (const op of sound) if (op.kind === 'write') disks.image(op.disk).write(op.offset, op.data);
    for (const op of loose) {
      if (op.kind !== 'write') continue;
      if (!random || random.chance(0.5)) disks.image(op.disk).write(op.offset, op.data);
      else writeSomeSectors(op, disks.image(op.disk), random);
    }
    disks.record();
    return disks;
  }

  #with(image: (path: string) => Image): Disks {
    const disks = new Disks([], this.#sizes.size, this.#sizes.blockSize);
    for (const path of this.#images.keys()) disks.#images.set(path, image(path).copy());
    disks.record();
    return disks;
  }

  readonly open: OpenStorage = async (path, options) => {
    if (!this.#images.has(path)) throw fail('notFound', 'no-device', `device "${path}" is not there: ENOENT`);
    this.opened++;
    return new SimStorage(this, path, this.#sizes, options ?? {});
  };

  /** Records an operation, or fails it. */
  async act(op: DiskOp): Promise<void> {
    if (this.jitter) for (let turns = this.jitter.below(4); turns > 0; turns--) await undefined;
    if (this.fault?.(op, this.#ops++)) throw fail('io', 'io-error', `${op.kind} of "${op.disk}" failed: EIO`);
    if (op.kind === 'read') {
      this.reads.count++;
      this.reads.bytes += op.length;
      return;
    }
    this.log.push(op);
    if (op.kind === 'write') this.image(op.disk).write(op.offset, op.data);
    this.watch?.();
  }
}

/** Some sectors arrive, others do not, some are torn: only their beginning, or only their end, is new. */
function writeSomeSectors(op: { offset: number; data: Buffer }, image: Image, random: Random): void {
  for (let at = 0; at < op.data.length; at += SECTOR) {
    const fate = random.below(3);
    if (fate === 0) continue;
    const cut = fate === 1 ? 0 : random.below(SECTOR);
    const [from, to] = random.chance(0.5) ? [cut, SECTOR] : [0, SECTOR - cut];
    image.write(op.offset + at + from, op.data.subarray(at + from, at + to));
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
    await this.#disks.act({ disk: this.path, kind: 'read', offset, length });
    return this.#disks.image(this.path).read(offset, length);
  }

  async write(offset: number, data: Uint8Array, options: WriteOptions = {}): Promise<void> {
    if (!this.#options.write) throw new Error(`"${this.path}" is not open for writing`);
    this.#check(offset, data.length);
    const write: DiskOp = { disk: this.path, kind: 'write', offset, data: Buffer.from(data) };
    await this.#disks.act(write);
    if (options.durable) await this.#disks.act({ disk: this.path, kind: 'settle', write });
  }

  async flush(): Promise<void> {
    await this.#disks.act({ disk: this.path, kind: 'flush' });
  }

  async close(): Promise<void> {}

  #check(offset: number, length: number): void {
    if (offset < 0 || offset % this.blockSize || length % this.blockSize || offset + length > this.size)
      throw new Error(`access to ${length} bytes at ${offset} of "${this.path}" is not possible`);
  }
}
