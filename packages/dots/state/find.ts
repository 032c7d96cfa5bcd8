import { fail } from '#tool/errors.js';
import type { Branch, Commit, Dot, DotsState } from './dot.js';
import { master } from './dots-of.js';
import { historyOf } from './history.js';
import { type DotName, dotWord } from './words.js';

/** @throws DvmError `no-dot` (exit 80) */
export function findDot(state: DotsState, { namespace, name }: DotName): Dot {
  const found = dotNamed(state, { namespace, name });
  if (found) return found;
  throw fail('notFound', 'no-dot', `dot "${dotWord({ namespace, name })}" does not exist`, {
    hint: 'dot list shows those that do',
  });
}

export function dotNamed({ dots }: DotsState, { namespace, name }: DotName): Dot | undefined {
  return dots.find((d) => d.namespace === namespace && d.name === name);
}

/** @throws DvmError `no-branch` (exit 80) */
export function findBranch(dot: Dot, name = master): Branch {
  const found = dot.branches.find((b) => b.name === name);
  if (found) return found;
  const hint = `it has ${dot.branches.map((b) => b.name).join(', ')}`;
  throw fail('notFound', 'no-branch', `dot "${dotWord(dot)}" has no branch "${name}"`, { hint });
}

/** The branch that a word names, `master` unless it says which. */
export function findNamed(state: DotsState, named: DotName): { dot: Dot; branch: Branch } {
  const dot = findDot(state, named);
  return { dot, branch: findBranch(dot, named.branch) };
}

/** What a mount of the dot shows where no branch is named. */
export function currentBranch(dot: Dot): Branch {
  return dot.branches.find((b) => b.current) ?? findBranch(dot);
}

/**
 * A commit of a dot by its id, by the beginning of it, or as `HEAD` and `HEAD^^` of a branch.
 *
 * @throws DvmError `no-commit` (exit 80), `ambiguous-commit` (exit 64)
 */
export function findCommit(state: DotsState, dot: Dot, branch: Branch, text: string): Commit {
  const back = /^HEAD(\^*)$/.exec(text)?.[1]?.length;
  const found =
    back === undefined
      ? commitsOf(state, dot).filter((c) => text !== '' && c.id.startsWith(text))
      : historyOf(state, branch.head).slice(back, back + 1);
  const [commit, other] = found;
  if (commit && (!other || commit.id === text)) return commit;
  if (other) throw fail('usage', 'ambiguous-commit', `"${text}" begins ${found.length} commits of dot "${dotWord(dot)}"`);
  throw fail('notFound', 'no-commit', `dot "${dotWord(dot)}" has no commit "${text}"`, { hint: `dot log ${dotWord(dot)}` });
}

/** All that belong to a dot: made in it, or reached by a branch of it (of a fork what came before it). */
export function commitsOf(state: DotsState, dot: Dot): Commit[] {
  const reached = new Set(dot.branches.flatMap((b) => historyOf(state, b.head).map((c) => c.id)));
  return [...state.commits.values()].filter((c) => c.dot === dot.id || reached.has(c.id));
}
