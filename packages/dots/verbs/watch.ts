import { asDvmError } from '#tool/invoke.js';
import { findNamed } from '../state/find.js';
import type { DotName } from '../state/words.js';
import { dotWord } from '../state/words.js';
import type { Store } from '../store.js';
import type { Remote } from '../transfer/content.js';
import { commit } from './commit.js';
import { dirty } from './dirty.js';
import { push } from './push.js';

export interface WatchOptions {
  dot: DotName;
  author: string;
  message: string;
  /** Where commits are pushed to; undefined: nowhere. */
  remote?: Remote | undefined;
  /** Resolves when the next turn is due; to true when it is the last one. */
  next(): Promise<boolean>;
}

/** What a turn came to. A turn that finds nothing to do tells nothing. */
export type WatchEvent =
  | { event: 'committed'; dot: string; commit: string; bytes: number }
  | { event: 'pushed'; dot: string; commit: string; commits: number }
  | { event: 'failed'; dot: string; action: 'commit' | 'push'; code: string; message: string };

/**
 * Commits a branch, turn by turn, when something has changed since its head, and pushes what a registry lacks. A failure is told, and what
 * it kept from being done is due again at the next turn.
 */
export async function* watchDot(store: Store, options: WatchOptions): AsyncGenerator<WatchEvent> {
  for (let last = false; !last; ) {
    last = await options.next();
    yield* attempt('commit', options, () => commitChanges(store, options));
    const { remote } = options;
    if (remote) yield* attempt('push', options, () => pushCommits(store, options, remote));
  }
}

async function* attempt(
  action: 'commit' | 'push',
  { dot }: WatchOptions,
  work: () => Promise<WatchEvent | undefined>,
): AsyncGenerator<WatchEvent> {
  try {
    const event = await work();
    if (event) yield event;
  } catch (e) {
    const { code, message } = asDvmError(e);
    yield { event: 'failed', dot: dotWord(dot), action, code, message };
  }
}

async function commitChanges(store: Store, { dot, author, message }: WatchOptions): Promise<WatchEvent | undefined> {
  const { bytes } = await dirty(store, { dot });
  if (bytes === 0) return undefined;
  const { id } = await commit(store, { dot, author, message });
  return { event: 'committed', dot: dotWord(dot), commit: id, bytes };
}

/** A branch without a commit has nothing to push. */
async function pushCommits(store: Store, { dot }: WatchOptions, remote: Remote): Promise<WatchEvent | undefined> {
  if (findNamed((await store.read()).state, dot).branch.head === undefined) return undefined;
  const { moved, commits, head } = await push(store, { dot, remote });
  return moved ? { event: 'pushed', dot: dotWord(dot), commit: head, commits: commits.length } : undefined;
}
