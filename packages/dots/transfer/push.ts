import { fail } from '#tool/errors.js';
import type { StoredCommit } from '../format/commit.js';
import { packsToRewrite } from '../format/repack.js';
import { bytesOf } from '../format/segment.js';
import { branchTag, commitTag } from '../registry/reference.js';
import { Registry } from '../registry/registry.js';
import type { SessionOptions } from '../registry/session.js';
import { CommitWriter } from './commit-writer.js';
import type { CommitRecord, CommitSource, Content, DotProgress, OnProgress, Range, Remote } from './content.js';
import { encodeChanges, type Look } from './frames.js';
import { lineageOf, refuseLoss, relate } from './lineage.js';
import { joined, totalOf, without } from './ranges.js';
import { readCommit, readSegment, readTag, type Tagged } from './stored.js';

export interface PushOptions {
  source: CommitSource;
  /** Name of the branch in the registry. */
  branch: string;
  /** The commit that it is to be at. */
  head: string;
  remote: Remote;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
  /** Another repository of the same registry that may have the content: that of the dot that this one was made from. */
  mountFrom?: string | undefined;
  /** Bytes at which a pack is closed (32 MiB). */
  packTarget?: number | undefined;
  session?: SessionOptions | undefined;
}

export interface Pushed {
  /** Commits that the registry did not have, oldest first. */
  commits: string[];
  /** False when the branch was there already. */
  moved: boolean;
  /** Compressed bytes of packs that these commits added. */
  bytes: number;
}

/**
 * Brings a commit and all before it to a registry, oldest first, so that each can be pulled alone; then moves the branch
 * there. Only forward: a branch that has commits which are not here is left alone. What an interrupted push has stored is
 * not sent again.
 *
 * Registries cannot compare and swap a tag. The branch is read again just before it is moved; who moves it within that
 * instant too is overtaken, and finds out at the next push. Commits themselves are never lost by it: each has its own tag.
 *
 * @throws DvmError `no-commit` (exit 80), `remote-ahead`, `diverged`, `unrelated` (exit 84), `branch-moved` (exit 75),
 *   `parent-not-here` (exit 80), those of `Registry` and of the source
 */
export async function push(options: PushOptions): Promise<Pushed> {
  const { source, branch, head, remote, signal } = options;
  const lineage = lineageOf(source.commits, head);
  const registry = new Registry(remote, { ...options.session, signal });
  try {
    const there = await readTag(registry, branchTag(branch));
    const relation = relate(
      lineage.map((c) => c.id),
      there && { head: there.config.id, ancestors: there.config.ancestors },
    );
    refuseLoss(relation, branch, registry.name);
    if (relation.kind === 'same') return { commits: [], moved: false, bytes: 0 };
    const { missing, base } = await whatIsMissing(registry, lineage);
    const { last, bytes } = await pushCommits(registry, options, missing, base);
    await moveBranch(registry, branch, there, last);
    return { commits: missing.map((c) => c.id), moved: true, bytes };
  } finally {
    registry.close();
  }
}

/** Commits that the registry lacks, oldest first, and the one before them that it has. */
async function whatIsMissing(registry: Registry, lineage: readonly CommitRecord[]) {
  const missing: CommitRecord[] = [];
  for (const commit of lineage) {
    if (await registry.hasManifest(commitTag(commit.id))) return { missing, base: await readCommit(registry, commit.id) };
    missing.unshift(commit);
  }
  const [{ id, parent } = { id: '', parent: undefined }] = missing;
  if (parent !== undefined)
    throw fail(
      'notFound',
      'parent-not-here',
      `commit "${parent}", which "${id}" was made from, is neither here nor in the registry`,
    );
  return { missing, base: undefined };
}

async function pushCommits(
  registry: Registry,
  options: PushOptions,
  missing: readonly CommitRecord[],
  base: Tagged | undefined,
): Promise<{ last: Tagged; bytes: number }> {
  let last = base;
  const teller = new Teller(options.onProgress, missing.length);
  for (const [i, commit] of missing.entries()) {
    options.signal?.throwIfAborted();
    last = await pushCommit(registry, options, commit, last, teller.commit(i + 1));
  }
  teller.say('finished');
  return { last: last as Tagged, bytes: teller.bytes };
}

async function pushCommit(
  registry: Registry,
  { source, mountFrom, packTarget, signal }: PushOptions,
  record: CommitRecord,
  parent: Tagged | undefined,
  teller: Teller,
): Promise<Tagged> {
  const content = await source.open(record.id);
  const before = await openParent(source, parent, content);
  const stored = (bytes: number): void => teller.stored(bytes);
  const writer = new CommitWriter({ registry, parent, size: content.size, packTarget, mountFrom, stored });
  try {
    const looks = await whatToLookAt(registry, source, content, record.id, parent);
    teller.expect(totalOf(looks));
    for await (const encoded of encodeChanges(content, before, looks, (bytes) => teller.looked(bytes))) {
      signal?.throwIfAborted();
      await writer.add(encoded);
    }
    await writer.cutOff();
    return await writer.finish(record, content);
  } finally {
    await writer.settle();
    await Promise.all([content.close(), before?.close()]);
  }
}

async function openParent(source: CommitSource, parent: Tagged | undefined, content: Content): Promise<Content | undefined> {
  try {
    return parent && (await source.open(parent.config.id));
  } catch (e) {
    await content.close();
    throw e;
  }
}

/** Where the commit may differ from its parent, and what lies in packs that are to be left behind. */
async function whatToLookAt(
  registry: Registry,
  source: CommitSource,
  content: Content,
  id: string,
  parent: StoredCommit | undefined,
): Promise<Look[]> {
  const within = (ranges: readonly Range[]): Range[] => without(joined(ranges), [{ offset: content.size, length: 2 ** 52 }]);
  if (parent === undefined) return within(await content.allocated()).map((r) => ({ ...r, anew: true }));
  const anew = within(await inPacks(registry, parent));
  const changed = without(within(await source.changed(parent.config.id, id)), anew);
  const looks = [...changed.map((r) => ({ ...r, anew: false })), ...anew.map((r) => ({ ...r, anew: true }))];
  return looks.sort((a, b) => a.offset - b.offset);
}

/** Bytes of a commit whose content lies in packs that are hardly used. */
async function inPacks(registry: Registry, commit: StoredCommit): Promise<Range[]> {
  const packs = packsToRewrite(commit.packs, commit.packs.length + commit.segments.size);
  if (packs.size === 0) return [];
  const ranges: Range[] = [];
  for (const number of commit.config.index.keys())
    for (const extent of await readSegment(registry, commit, number))
      if (packs.has(extent.frame.pack)) ranges.push(bytesOf(extent));
  return ranges;
}

async function moveBranch(registry: Registry, branch: string, seen: Tagged | undefined, to: Tagged): Promise<void> {
  const now = await registry.manifest(branchTag(branch));
  if (now?.digest !== seen?.digest)
    throw fail('busy', 'branch-moved', `branch "${branch}" of "${registry.name}" was moved by somebody else meanwhile`, {
      hint: 'push again: what was sent is there',
    });
  await registry.putManifest(branchTag(branch), to.manifest);
}

/** Says how far a push is. */
class Teller {
  readonly #tell: OnProgress | undefined;
  readonly #total: number;
  #index = 0;
  #size = 0;
  #sent = 0;
  /** Of packs, compressed. */
  bytes = 0;

  constructor(tell: OnProgress | undefined, total: number) {
    this.#tell = tell;
    this.#total = total;
  }

  commit(index: number): this {
    this.#index = index;
    this.say('calculating');
    return this;
  }

  expect(bytes: number): void {
    this.#size += bytes;
    this.say('pushing');
  }

  looked(bytes: number): void {
    this.#sent += bytes;
    this.say('pushing');
  }

  stored(bytes: number): void {
    this.bytes += bytes;
  }

  say(phase: DotProgress['phase']): void {
    const state = { index: this.#index, total: this.#total, sent: this.#sent, size: this.#size };
    this.#tell?.({ kind: 'dot-progress', version: 1, phase, ...state });
  }
}
