import type { Branch, Commit, Dot, DotsState } from '../state/dot.js';
import { findCommit, findDot, findNamed } from '../state/find.js';
import { historyOf } from '../state/history.js';
import type { DotName } from '../state/words.js';
import { changing, type Look, type Store } from '../store.js';
import { mountsOf } from '../volumes/mounts.js';
import { mappedRanges } from '../volumes/pools.js';
import { totalOf } from '../volumes/thin-xml.js';
import { dirtyBytes } from './dirty.js';

/** All dots of the group. */
export async function list(store: Store): Promise<DotsState> {
  return (await store.read()).state;
}

export interface BranchDescription {
  id: string;
  name: string;
  current: boolean;
  head: string | null;
  commits: number;
  /** Bytes that it takes in the pool, and that are not committed. */
  usedBytes: number;
  dirtyBytes: number;
  /** Where directories of it are shown. */
  mounts: string[];
}

export interface DotDescription extends Omit<Dot, 'branches'> {
  branches: BranchDescription[];
}

/**
 * What is known of a dot, asked of the pool and the mount table too.
 *
 * @throws DvmError `no-dot` (exit 80)
 */
export async function show(store: Store, { dot: named }: { dot: DotName }): Promise<DotDescription> {
  // what is mounted to be compared goes again: nobody may be handed it meanwhile
  return changing(store, (look) => described(store, look, findDot(look.state, named)));
}

async function described(store: Store, look: Look, dot: Dot): Promise<DotDescription> {
  const branches: BranchDescription[] = [];
  for (const branch of dot.branches) {
    const { id, name, current, head = null } = branch;
    branches.push({
      ...{ id, name, current, head },
      commits: historyOf(look.state, branch.head).length,
      usedBytes: totalOf(await mappedRanges(store, look, branch.volume)),
      dirtyBytes: await dirtyBytes(store, look, dot, branch),
      mounts: placesOf(store, branch),
    });
  }
  return { ...dot, branches };
}

/** Where a branch is mounted: all of it first, then directories of it. */
export function placesOf(store: Store, branch: Branch): string[] {
  const { mounted, root, targets } = mountsOf(store, branch.id, branch.volume);
  return [...(mounted ? [root] : []), ...targets.map((m) => m.target)];
}

/**
 * The commits of a branch, the newest first, from its head or an earlier commit on.
 *
 * @throws DvmError `no-dot`, `no-branch`, `no-commit` (exit 80)
 */
export async function log(store: Store, { dot: named, from }: { dot: DotName; from?: string | undefined }): Promise<Commit[]> {
  const { state } = await store.read();
  const { dot, branch } = findNamed(state, named);
  return historyOf(state, from === undefined ? branch.head : findCommit(state, dot, branch, from).id);
}
