import { branchOf, branchTag } from '../registry/reference.js';
import { Registry } from '../registry/registry.js';
import type { SessionOptions } from '../registry/session.js';
import type { CommitRecord, FileSystem, Remote } from './content.js';
import { readCommit, readTag, recordOf, type Tagged } from './stored.js';

/** A commit as a registry describes it. */
export interface RemoteCommit {
  record: CommitRecord;
  /** Of the volume, bytes. */
  size: number;
  fs?: FileSystem | undefined;
  /** The parent first. */
  ancestors: readonly string[];
  /** Compressed bytes of all that a pull from nothing needs. */
  bytes: number;
}

/** Where a branch of a registry is, or undefined when it has none of this name. */
export function remoteBranch(remote: Remote, branch: string, session?: SessionOptions): Promise<RemoteCommit | undefined> {
  return using(remote, session, async (registry) => {
    const found = await readTag(registry, branchTag(branch));
    return found && described(found);
  });
}

/** @throws DvmError `no-remote-commit` (exit 80), those of `Registry` */
export function remoteCommit(remote: Remote, id: string, session?: SessionOptions): Promise<RemoteCommit> {
  return using(remote, session, async (registry) => described(await readCommit(registry, id)));
}

/** Names of branches, and ids of commits, of one repository; none where it does not exist yet. */
export function listRemote(remote: Remote, session?: SessionOptions): Promise<{ branches: string[]; commits: string[] }> {
  return using(remote, session, async (registry) => {
    const tags = await registry.tags();
    const commits = tags.flatMap((tag) => /^c-([a-z2-7]{20})$/.exec(tag)?.[1] ?? []);
    return { branches: tags.flatMap((tag) => branchOf(tag) ?? []).sort(), commits: commits.sort() };
  });
}

async function using<T>(
  remote: Remote,
  session: SessionOptions | undefined,
  body: (registry: Registry) => Promise<T>,
): Promise<T> {
  const registry = new Registry(remote, session);
  try {
    return await body(registry);
  } finally {
    registry.close();
  }
}

function described(commit: Tagged): RemoteCommit {
  const { size, fs, ancestors } = commit.config;
  const bytes = [...commit.packs.map((p) => p.size), ...commit.segments.values()].reduce((sum, n) => sum + n, 0);
  return { record: recordOf(commit.config), size, fs, ancestors, bytes };
}
