import { fail } from '#tool/errors.js';
import type { StoredCommit } from '../format/commit.js';
import { type Extent, endOf, type Frame } from '../format/extents.js';
import { blockSize, segmentBlocks } from '../format/limits.js';
import { Places } from '../format/places.js';
import { Registry } from '../registry/registry.js';
import type { SessionOptions } from '../registry/session.js';
import type { Remote } from '../transfer/content.js';
import { readCommit, readSegment } from '../transfer/stored.js';
import { contentOf } from '../transfer/unpack.js';
import { Cache } from './cache.js';

/** Bytes of a pack that are fetched at once: with less, requests would cost more than bytes. */
const window = 1 << 20;
/** Bytes of windows and of content, and extents, that are kept. */
const keptWindows = 64 << 20;
const keptContent = 64 << 20;
const keptExtents = 600_000;
/** Frames that are fetched and unpacked at once: each may need two windows of its own. */
const unpacking = 32;

/** A commit in a registry, read at any place without being fetched as a whole. Every byte was verified by digest. */
export class CommitReader {
  readonly #registry: Registry;
  readonly #commit: StoredCommit;
  readonly #packs: ReadonlyMap<string, number>;
  readonly #segments = new Cache<Extent[]>(keptExtents, (extents) => extents.length + 1);
  readonly #windows = new Cache<Buffer>(keptWindows, (bytes) => bytes.length);
  readonly #contents = new Cache<Buffer>(keptContent, (bytes) => bytes.length);
  readonly #places = new Places(unpacking);

  private constructor(registry: Registry, commit: StoredCommit) {
    this.#registry = registry;
    this.#commit = commit;
    this.#packs = new Map(commit.packs.map((p) => [p.digest, p.size]));
  }

  /** @throws DvmError `no-remote-commit` (exit 80), those of `Registry` */
  static async open(remote: Remote, commit: string, session?: SessionOptions): Promise<CommitReader> {
    const registry = new Registry(remote, session);
    try {
      return new CommitReader(registry, await readCommit(registry, commit));
    } catch (e) {
      registry.close();
      throw e;
    }
  }

  /** Bytes. */
  get size(): number {
    return this.#commit.config.size;
  }

  /**
   * Any bytes of the volume.
   *
   * @throws DvmError `out-of-range` (exit 64), `wrong-digest`, `bad-frame`, `bad-index` (exit 65), those of `Registry`
   */
  async read(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw fail('usage', 'out-of-range', `${length} bytes at ${offset} are not within a volume of ${this.size}`);
    const out = Buffer.alloc(length);
    const extents = await this.#extents(Math.floor(offset / blockSize), Math.ceil((offset + length) / blockSize));
    await Promise.all(extents.map((extent) => this.#fill(out, offset, extent)));
    return out;
  }

  close(): void {
    this.#registry.close();
  }

  /** Those that hold any of these blocks. */
  async #extents(from: number, end: number): Promise<Extent[]> {
    const found: Extent[] = [];
    for (let at = from; at < end; ) {
      const number = Math.floor(at / segmentBlocks);
      const next = Math.min(end, (number + 1) * segmentBlocks);
      found.push(...between(await this.#segment(number), at, next));
      at = next;
    }
    return found;
  }

  #segment(number: number): Promise<Extent[]> {
    return this.#segments.get(String(number), () => readSegment(this.#registry, this.#commit, number));
  }

  /** Copies what of an extent lies in `out`, which begins at byte `start` of the volume. */
  async #fill(out: Buffer, start: number, { block, blocks, frame, first }: Extent): Promise<void> {
    const content = await this.#contents.get(`${frame.pack} ${frame.offset}`, () =>
      this.#places.with(() => this.#content(frame)),
    );
    const at = block * blockSize - start;
    const skip = Math.max(0, -at);
    content.copy(out, at + skip, first * blockSize + skip, (first + blocks) * blockSize);
  }

  async #content(frame: Frame): Promise<Buffer> {
    const offsets: number[] = [];
    const begin = Math.floor(frame.offset / window) * window;
    for (let at = begin; at < frame.offset + frame.length; at += window) offsets.push(at);
    const parts = await Promise.all(offsets.map((offset) => this.#window(frame.pack, offset)));
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const at = frame.offset - begin;
    return contentOf(frame, bytes.subarray(at, at + frame.length)).catch((e: unknown) => {
      for (const offset of offsets) this.#windows.drop(`${frame.pack} ${offset}`); // it may have been damaged on its way
      throw e;
    });
  }

  #window(pack: string, offset: number): Promise<Buffer> {
    const size = this.#packs.get(pack) ?? 0;
    const length = Math.min(window, size - offset);
    return this.#windows.get(`${pack} ${offset}`, () => this.#registry.range(pack, offset, length, size));
  }
}

/** By bisection. */
function* between(extents: readonly Extent[], from: number, to: number): Generator<Extent> {
  let [low, high] = [0, extents.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(extents[middle] as Extent) <= from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < extents.length && (extents[i] as Extent).block < to; i++) yield extents[i] as Extent;
}
