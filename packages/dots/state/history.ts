import type { Commit, DotsState } from './dot.js';

/** A commit and those before it that are here, the newest first. */
export function historyOf({ commits }: Pick<DotsState, 'commits'>, head: string | undefined): Commit[] {
  const history: Commit[] = [];
  const seen = new Set<string>();
  for (let id = head; id !== undefined && !seen.has(id); ) {
    seen.add(id);
    const commit = commits.get(id);
    if (commit) history.push(commit);
    id = commit?.parent;
  }
  return history;
}

/** Ids of all commits that some branch, or a pull under way, still needs. */
export function reachable(state: DotsState): Set<string> {
  const heads = [...state.dots.flatMap((d) => d.branches.map((b) => b.head)), ...state.works.map((w) => w.reached)];
  return new Set(heads.flatMap((head) => historyOf(state, head).map((c) => c.id)));
}
