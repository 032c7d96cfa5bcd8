import type { Branch, Dot } from '../state/dot.js';
import { currentBranch, findBranch, findDot } from '../state/find.js';
import { type DotName, dotWord } from '../state/words.js';
import { changing, type Store } from '../store.js';
import { annotate, branchAnnotation } from '../volumes/edits.js';
import { mountsOf, unmountAll } from '../volumes/mounts.js';
import { mountAgain } from './rollback.js';

export interface CheckedOut {
  branch: Branch;
  /** Where the dot was mounted, and now shows that branch. */
  moved: string[];
}

/**
 * Makes a branch the one that mounts of the dot show, those that there are too.
 *
 * @throws DvmError `no-dot`, `no-branch` (exit 80), `dot-in-use` (exit 83)
 */
export async function checkout(
  store: Store,
  { dot: named, branch: name }: { dot: DotName; branch: string },
): Promise<CheckedOut> {
  return changing(store, async ({ state }) => {
    const dot = findDot(state, named);
    const [from, to] = [currentBranch(dot), findBranch(dot, name)];
    if (from.id === to.id && to.current) return { branch: to, moved: [] };
    const mounts = mountsOf(store, from.id, from.volume);
    if (from.id !== to.id) await unmountAll(store, `branch "${from.name}" of dot "${dotWord(dot)}"`, mounts);
    try {
      await store.change(marks(dot, to));
    } catch (e) {
      if (from.id !== to.id) await mountAgain(store, dot, from.id, from.volume, mounts);
      throw e;
    }
    if (from.id !== to.id) await mountAgain(store, dot, to.id, to.volume, mounts);
    return { branch: { ...to, current: true }, moved: mounts.targets.map((m) => m.target) };
  });
}

/** One branch is current: the others are not. */
function marks(dot: Dot, to: Branch) {
  return dot.branches
    .filter((b) => b.current !== (b.id === to.id))
    .map((b) => annotate(b.volume, branchAnnotation(dot, { ...b, current: b.id === to.id })));
}
