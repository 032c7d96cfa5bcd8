import { mapParallel } from '#blockdev/parallel.js';
import { fail } from '#tool/errors.js';
import type { StoredCommit } from '../format/commit.js';
import type { Extent, Frame } from '../format/extents.js';
import { blockSize } from '../format/limits.js';
import { Registry } from '../registry/registry.js';
import type { SessionOptions } from '../registry/session.js';
import type { OnProgress, Range, Remote, Target } from './content.js';
import { changesBetween, type Fetch, fetchesFor, type Need } from './plan.js';
import { readCommit, readSegment } from './stored.js';
import { fetchFrames, hasDigest } from './unpack.js';

export interface FetchOptions {
  remote: Remote;
  commit: string;
  /** What the target holds, in full; zeros without. */
  from: string | undefined;
  target: Target;
  /** The target may hold some of the commit: an earlier fetch was cut. Needs `target.read`. */
  resume?: boolean | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
  session?: SessionOptions | undefined;
}

export interface Fetched {
  /** Compressed bytes that were asked for. */
  bytes: number;
}

/** Requests at once: each may have 4 MiB in memory, and its content. */
const requests = 6;
/** Extents that are planned for at once. */
const planned = 500_000;

/**
 * Writes what differs between two commits of a registry to a volume that holds the first, so that it holds the second. All
 * that is written was verified by digest before; when this returns, it is on disk.
 *
 * @throws DvmError `no-remote-commit` (exit 80), `target-too-small` (exit 82), `wrong-digest`, `bad-frame`, `bad-index`,
 *   `bad-manifest` (exit 65), those of `Registry` and of the target
 */
export async function fetchCommit(options: FetchOptions): Promise<Fetched> {
  const { remote, from, target, signal } = options;
  const registry = new Registry(remote, { ...options.session, signal });
  try {
    const commit = await readCommit(registry, options.commit);
    if (commit.config.size > target.size)
      throw fail(
        'noSpace',
        'target-too-small',
        `commit "${options.commit}" has ${commit.config.size} bytes, the volume for it ${target.size}`,
      );
    const base = from === undefined ? undefined : await readCommit(registry, from);
    const fetcher = new Fetcher(registry, commit, options);
    for await (const batch of changes(registry, base, commit)) await fetcher.carryOut(batch);
    await target.flush();
    fetcher.say('finished');
    return { bytes: fetcher.bytes };
  } finally {
    registry.close();
  }
}

interface Batch {
  write: Extent[];
  zero: Range[];
}

/** What differs, so many segments at a time that their extents fit into memory. Equal segments are not even fetched. */
async function* changes(registry: Registry, base: StoredCommit | undefined, commit: StoredCommit): AsyncGenerator<Batch> {
  let batch: Batch = { write: [], zero: [] };
  const count = Math.max(commit.config.index.length, base?.config.index.length ?? 0);
  for (let i = 0; i < count; i++) {
    if ((base?.config.index[i] ?? null) === (commit.config.index[i] ?? null)) continue;
    const { write, zero } = changesBetween(
      base ? await readSegment(registry, base, i) : [],
      await readSegment(registry, commit, i),
    );
    batch = { write: batch.write.concat(write), zero: batch.zero.concat(zero) };
    if (batch.write.length < planned) continue;
    yield batch;
    batch = { write: [], zero: [] };
  }
  yield batch;
}

class Fetcher {
  readonly #sizes: ReadonlyMap<string, number>;
  #size = 0;
  #done = 0;
  bytes = 0;

  constructor(
    readonly registry: Registry,
    commit: StoredCommit,
    readonly options: FetchOptions,
  ) {
    this.#sizes = new Map(commit.packs.map((p) => [p.digest, p.size]));
  }

  async carryOut({ write, zero }: Batch): Promise<void> {
    const { target, signal } = this.options;
    this.#size += blocksOf(write) * blockSize;
    this.say('pulling');
    for (const { offset, length } of zero)
      if (offset < target.size) await target.zero(offset, Math.min(length, target.size - offset));
    await mapParallel(fetchesFor(write), requests, async (fetch) => {
      signal?.throwIfAborted();
      await this.#one(fetch);
      this.#done += fetch.needs.reduce((sum, { extents }) => sum + blocksOf(extents), 0) * blockSize;
      this.say('pulling');
    });
  }

  say(phase: 'pulling' | 'finished'): void {
    this.options.onProgress?.({
      kind: 'dot-progress',
      version: 1,
      phase,
      index: 1,
      total: 1,
      sent: this.#done,
      size: this.#size,
    });
  }

  async #one(fetch: Fetch): Promise<void> {
    const needs = this.options.resume ? await this.#notThere(fetch.needs) : fetch.needs;
    const frames = needs.map((n) => n.frame);
    const [first] = frames;
    if (first === undefined) return;
    const offset = first.offset;
    const length = Math.max(...frames.map((f) => f.offset + f.length)) - offset;
    this.bytes += length;
    const contents = await fetchFrames(
      this.registry,
      { pack: fetch.pack, offset, length },
      this.#sizes.get(fetch.pack) ?? 0,
      frames,
    );
    await writeAll(this.options.target, needs, contents);
  }

  /** Those whose content the target does not hold already. Of a frame that is needed in part nothing can be said. */
  async #notThere(needs: readonly Need[]): Promise<Need[]> {
    const there = await Promise.all(needs.map((need) => this.#isThere(need)));
    return needs.filter((_, i) => !there[i]);
  }

  async #isThere({ frame, extents }: Need): Promise<boolean> {
    const { target } = this.options;
    if (target.read === undefined || !coversFrame(frame, extents)) return false;
    const inFrame = extents.toSorted((a, b) => a.first - b.first);
    const parts: Buffer[] = [];
    for (const { block, blocks } of inFrame) parts.push(await target.read(block * blockSize, blocks * blockSize));
    return hasDigest(Buffer.concat(parts), frame);
  }
}

function coversFrame(frame: Frame, extents: readonly Extent[]): boolean {
  let next = 0;
  for (const { first, blocks } of extents.toSorted((a, b) => a.first - b.first)) {
    if (first !== next) return false;
    next += blocks;
  }
  return next === frame.blocks;
}

/** Largest write. */
const together = 1 << 20;

/** Writes what extents need of their frames' contents; neighbours on the volume at once. */
async function writeAll(target: Target, needs: readonly Need[], contents: readonly Buffer[]): Promise<void> {
  const pieces = needs.flatMap(({ extents }, i) =>
    extents.map(({ block, blocks, first }) => ({
      offset: block * blockSize,
      data: (contents[i] as Buffer).subarray(first * blockSize, (first + blocks) * blockSize),
    })),
  );
  pieces.sort((a, b) => a.offset - b.offset);
  for (let i = 0; i < pieces.length; ) {
    const { offset } = pieces[i] as { offset: number };
    const parts: Buffer[] = [];
    let length = 0;
    for (; i < pieces.length && pieces[i]?.offset === offset + length && length < together; i++) {
      const { data } = pieces[i] as { data: Buffer };
      parts.push(data);
      length += data.length;
    }
    await target.write(offset, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length));
  }
}

function blocksOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { blocks }) => sum + blocks, 0);
}
