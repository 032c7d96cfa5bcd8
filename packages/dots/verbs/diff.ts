import { findCommit, findNamed } from '../state/find.js';
import type { DotName } from '../state/words.js';
import { changing, type Store } from '../store.js';
import { changedRanges } from '../volumes/pools.js';
import { showing } from '../volumes/showing.js';
import { totalOf } from '../volumes/thin-xml.js';
import { compareTrees, type TreeDifference } from '../volumes/trees.js';

export interface DiffOptions {
  dot: DotName;
  /** Commits. */
  from: string;
  to: string;
  /** Which files differ too: both commits are mounted to be read. */
  files: boolean;
}

export interface Difference {
  from: string;
  to: string;
  /** In chunks of the pool. */
  changedBytes: number;
  files?: TreeDifference;
}

/**
 * What two commits of a dot differ in.
 *
 * @throws DvmError `no-dot`, `no-branch`, `no-commit` (exit 80), `btrfs-twin` (exit 83)
 */
export async function diff(store: Store, { dot: named, from, to, files }: DiffOptions): Promise<Difference> {
  return changing(store, async (look) => {
    const { dot, branch } = findNamed(look.state, named);
    const [before, after] = [findCommit(look.state, dot, branch, from), findCommit(look.state, dot, branch, to)];
    const changedBytes = totalOf(await changedRanges(store, look, before.volume, after.volume));
    const result = { from: before.id, to: after.id, changedBytes };
    if (!files) return result;
    const both = [before, after].map(({ id, volume }) => ({ owner: id, volume, readOnly: true }));
    return { ...result, files: await showing(store, dot, both, ([a = '', b = '']) => compareTrees(a, b)) };
  });
}
