import type { Branch, Dot, DotsState, Volume } from '../state/dot.js';
import { master } from '../state/dots-of.js';
import { findBranch, findDot } from '../state/find.js';
import { reachable } from '../state/history.js';
import { type DotName, dotWord } from '../state/words.js';
import { changing, type Store } from '../store.js';
import { removal } from '../volumes/edits.js';
import { letGo } from '../volumes/mounts.js';

/**
 * Removes a branch, or (`master`, or no branch named) the whole dot, with the commits that nothing else needs, in one transaction.
 *
 * @returns ids of the commits that went
 * @throws DvmError `no-dot`, `no-branch` (exit 80), `dot-in-use` (exit 83) while it is mounted anywhere, or busy
 */
export async function remove(store: Store, { dot: named }: { dot: DotName }): Promise<{ dropped: string[] }> {
  return changing(store, async ({ state }) => {
    const dot = findDot(state, named);
    const all = named.branch === undefined || named.branch === master;
    const gone = all ? dot.branches : [findBranch(dot, named.branch)];
    const works = all ? state.works.filter((w) => w.dot === dot.id) : [];
    const dropped = unneeded(state, dot, gone);
    for (const b of gone) await letGo(store, `branch "${b.name}" of dot "${dotWord(dot)}"`, b);
    for (const c of dropped) await letGo(store, `commit "${c.id}"`, c);
    const volumes = [...gone.map((b) => b.volume), ...works.map((w) => w.volume), ...dropped.map((c) => c.volume)];
    await store.change(volumes.map((v: Volume) => removal(v)));
    return { dropped: dropped.map((c) => c.id) };
  });
}

/** Commits that only the branches that go have needed. */
function unneeded(state: DotsState, dot: Dot, gone: readonly Branch[]) {
  const ids = new Set(gone.map((b) => b.id));
  const all = gone.length === dot.branches.length;
  const before = reachable(state);
  const after = reachable({
    ...state,
    works: all ? state.works.filter((w) => w.dot !== dot.id) : state.works,
    dots: state.dots.map((d) => ({ ...d, branches: d.branches.filter((b) => !ids.has(b.id)) })),
  });
  return [...state.commits.values()].filter((c) => !after.has(c.id) && (before.has(c.id) || (all && c.dot === dot.id)));
}
