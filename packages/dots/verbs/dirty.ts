import type { Branch, Dot } from '../state/dot.js';
import { findNamed } from '../state/find.js';
import type { DotName } from '../state/words.js';
import { changing, type Look, type Store } from '../store.js';
import { mountsOf } from '../volumes/mounts.js';
import { changedRanges, mappedRanges } from '../volumes/pools.js';
import { showing } from '../volumes/showing.js';
import { totalOf } from '../volumes/thin-xml.js';
import { compareTrees, isSame } from '../volumes/trees.js';

/**
 * Bytes of a branch that are not committed, in chunks of the pool.
 *
 * @throws DvmError `no-dot`, `no-branch` (exit 80)
 */
export async function dirty(store: Store, { dot: named }: { dot: DotName }): Promise<{ bytes: number }> {
  return changing(store, async (look) => {
    const { dot, branch } = findNamed(look.state, named);
    return { bytes: await dirtyBytes(store, look, dot, branch) };
  });
}

/**
 * A mount alone writes to a file system (when it was last mounted, that its journal is open): where blocks differ, the files
 * say whether anything has changed. What is mounted for that goes again: only who holds the lock may ask.
 */
export async function dirtyBytes(store: Store, look: Look, dot: Dot, branch: Branch): Promise<number> {
  const head = look.state.commits.get(branch.head ?? '');
  const { mounted, root } = mountsOf(store, branch.id, branch.volume);
  if (mounted) await store.host.sync(root);
  if (!head) return totalOf(await mappedRanges(store, look, branch.volume));
  const bytes = totalOf(await changedRanges(store, look, head.volume, branch.volume));
  if (bytes === 0 || dot.fs === 'btrfs') return bytes; // of two copies of a btrfs only one can be mounted
  const both = [
    { owner: head.id, volume: head.volume, readOnly: true },
    { owner: branch.id, volume: branch.volume, readOnly: false },
  ];
  return showing(store, dot, both, ([before = '', after = '']) => (isSame(compareTrees(before, after, true)) ? 0 : bytes));
}

/** Bytes that a branch takes in its pool, shared ones counted in. */
export async function sizes(store: Store, { dot: named }: { dot: DotName }): Promise<{ bytes: number }> {
  const look = await store.read();
  const { branch } = findNamed(look.state, named);
  return { bytes: totalOf(await mappedRanges(store, look, branch.volume)) };
}
