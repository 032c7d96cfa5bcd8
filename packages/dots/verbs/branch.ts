import { fail } from '#tool/errors.js';
import type { Branch, Commit, Dot, DotsState } from '../state/dot.js';
import { findCommit, findNamed } from '../state/find.js';
import { checkDotName, type DotName, dotWord } from '../state/words.js';
import { changing, type Store } from '../store.js';
import { branchAnnotation, newWritable, writableVolume } from '../volumes/edits.js';
import { rfc3339 } from '../volumes/time.js';

export interface BranchOptions {
  /** The branch that it comes from: `master` unless named. */
  dot: DotName;
  name: string;
  /** A commit; default the head. */
  at?: string | undefined;
}

/**
 * Makes a branch of a commit: a writable snapshot of it, which comes up when it is mounted.
 *
 * @throws DvmError `bad-dot-name` (exit 64), `no-dot`, `no-branch`, `no-commit` (exit 80), `branch-exists` (exit 81)
 */
export async function branch(store: Store, options: BranchOptions): Promise<Branch> {
  const name = checkDotName(options.name);
  return changing(store, async ({ state }) => {
    const { dot, branch: source } = findNamed(state, options.dot);
    if (dot.branches.some((b) => b.name === name))
      throw fail('exists', 'branch-exists', `dot "${dotWord(dot)}" already has a branch "${name}"`);
    const from = commitAt(state, dot, source, options.at);
    const volume = { id: store.newId(), time: rfc3339(store.now()) };
    const fresh = { id: store.newId(), name, dot: dot.id, head: from.id, current: false };
    const edit = newWritable(from.volume, volume, branchAnnotation(dot, fresh));
    await store.change([edit], { deactivate: [volume.id] });
    return { ...fresh, volume: { ...from.volume, id: volume.id, name: writableVolume(volume.id) } };
  });
}

/**
 * The commit named, or the head.
 *
 * @throws DvmError `no-commit` (exit 80)
 */
export function commitAt(state: DotsState, dot: Dot, source: Branch, at: string | undefined): Commit {
  if (at !== undefined) return findCommit(state, dot, source, at);
  const head = state.commits.get(source.head ?? '');
  if (head) return head;
  throw fail('notFound', 'no-commit', `branch "${source.name}" of dot "${dotWord(dot)}" has no commit yet`, {
    hint: `dot commit ${dotWord({ ...dot, branch: source.name })}`,
  });
}
