import { fail } from '#tool/errors.js';
import { type CommitConfig, parseCommit, parseManifest, type StoredCommit } from '../format/commit.js';
import type { Extent } from '../format/extents.js';
import { blockSize, segmentLimit } from '../format/limits.js';
import { parseSegment } from '../format/segment.js';
import { codec } from '../format/zstd.js';
import { commitTag } from '../registry/reference.js';
import type { Registry } from '../registry/registry.js';
import type { CommitRecord } from './content.js';

/** A commit in a registry, and the very manifest that names it. */
export interface Tagged extends StoredCommit {
  digest: string;
  manifest: Buffer;
}

/** The commit that a tag is of, or undefined when there is no such tag. */
export async function readTag(registry: Registry, tag: string): Promise<Tagged | undefined> {
  const found = await registry.manifest(tag);
  if (found === undefined) return undefined;
  const name = `${registry.name}:${tag}`;
  const { config, layers } = parseManifest(found.bytes, name);
  const commit = parseCommit(layers, await registry.blob(config.digest, config.size), name);
  return { ...commit, digest: found.digest, manifest: found.bytes };
}

/** @throws DvmError `no-remote-commit` (exit 80); `wrong-commit` (exit 65) another one has its tag */
export async function readCommit(registry: Registry, id: string): Promise<Tagged> {
  const commit = await readTag(registry, commitTag(id));
  if (commit === undefined) throw fail('notFound', 'no-remote-commit', `"${registry.name}" has no commit "${id}"`);
  if (commit.config.id !== id)
    throw fail('badInput', 'wrong-commit', `"${registry.name}" gives "${commit.config.id}" for commit "${id}"`);
  return commit;
}

/** Extents of one GiB of a commit; none where it is zeros. */
export async function readSegment(registry: Registry, commit: StoredCommit, number: number): Promise<Extent[]> {
  const digest = commit.config.index[number] ?? undefined;
  if (digest === undefined) return [];
  const bytes = await registry.blob(digest, commit.segments.get(digest) ?? 0);
  const text = (await codec().decompress(bytes, segmentLimit)).toString('utf8');
  const packs = new Map(commit.packs.map((p) => [p.digest, p.size]));
  return parseSegment(text, number, packs, commit.config.size / blockSize);
}

/** The part of a config that is the commit's own, wherever it is. */
export function recordOf({ id, dot, branch, parent, author, message, time, metadata }: CommitConfig): CommitRecord {
  return { id, dot, branch, ...(parent !== undefined && { parent }), author, message, time, metadata };
}
