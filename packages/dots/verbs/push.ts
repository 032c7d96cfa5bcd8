import { fail } from '#tool/errors.js';
import { findBranch, findDot, findNamed } from '../state/find.js';
import { type DotName, dotWord } from '../state/words.js';
import { changing, type Store } from '../store.js';
import type { OnProgress, Remote } from '../transfer/content.js';
import { type Pushed, push as pushCommits } from '../transfer/push.js';
import { sourceOf } from '../volumes/content.js';
import { annotate, branchAnnotation } from '../volumes/edits.js';
import { refuseUnfinished } from './commit.js';

export interface PushOptions {
  dot: DotName;
  remote: Remote;
  /** The branch there; default: the one of the same name. */
  remoteBranch?: string | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

export interface PushResult extends Pushed {
  /** Where the branch in the registry is now. */
  head: string;
}

/**
 * Brings the commits of a branch to a registry, and its branch forward to them. What is not committed is not pushed.
 *
 * @throws DvmError `no-dot`, `no-branch`, `no-commit` (exit 80), `not-whole` (exit 69), those of transfer/push.ts
 */
export async function push(store: Store, options: PushOptions): Promise<PushResult> {
  const { remote, onProgress, signal } = options;
  const look = await store.read();
  const { dot, branch } = findNamed(look.state, options.dot);
  refuseUnfinished(dot, branch);
  const { head } = branch;
  if (head === undefined)
    throw fail('notFound', 'no-commit', `branch "${branch.name}" of dot "${dotWord(dot)}" has no commit yet`, {
      hint: `dot commit ${dotWord({ ...dot, branch: branch.name })}`,
    });
  const source = sourceOf(store, look, dot, head);
  const pushed = await pushCommits({ source, head, remote, branch: options.remoteBranch ?? branch.name, onProgress, signal });
  if (dot.remote === undefined) await remember(store, options.dot, remote.reference);
  return { ...pushed, head };
}

/** Where a dot was first pushed to is where it is pushed to, and pulled from, when nothing else is said. */
async function remember(store: Store, named: DotName, reference: string): Promise<void> {
  await changing(store, async ({ state }) => {
    const dot = findDot(state, named);
    if (dot.remote !== undefined) return;
    const branch = findBranch(dot);
    await store.change([annotate(branch.volume, branchAnnotation({ ...dot, remote: reference }, branch))]);
  });
}
