import { fail } from '#tool/errors.js';
import { wordsOf } from '../format/commit.js';
import { wordsLimit } from '../format/limits.js';
import type { Branch, Commit, Dot } from '../state/dot.js';
import { findNamed } from '../state/find.js';
import { type DotName, dotWord } from '../state/words.js';
import { changing, type Edit, type Store } from '../store.js';
import { annotate, branchAnnotation, commitVolume, newCommit } from '../volumes/edits.js';
import { rfc3339 } from '../volumes/time.js';

export interface CommitOptions {
  dot: DotName;
  author: string;
  message?: string | undefined;
  /** Keys begin in lower case. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** Of what a commit says: all of it is in the metadata of the group. */
const longest = { message: 4096, author: 256, metadata: 4096 };
const keyPattern = /^[a-z][A-Za-z0-9_.-]{0,63}$/;

/**
 * Keeps the file system of a branch as it is now. The kernel freezes it while the snapshot is made: what was written by then
 * is in it, and its journal is clean.
 *
 * @throws DvmError `no-dot`, `no-branch` (exit 80), `bad-commit` (exit 64), `not-whole` (exit 69)
 */
export async function commit(store: Store, options: CommitOptions): Promise<Commit> {
  checkWords(options);
  return changing(store, async ({ state }) => {
    const { dot, branch } = findNamed(state, options.dot);
    refuseUnfinished(dot, branch);
    const id = store.newId();
    const made = recordOf(store, dot, branch, options);
    await store.change(commitEdits(dot, branch, id, made), { deactivate: [id] });
    const volume = { ...branch.volume, id, name: commitVolume(id) };
    return { ...made, id, volume };
  });
}

/** The snapshot, and the branch's head on it. */
export function commitEdits(dot: Dot, branch: Branch, id: string, made: CommitWords): Edit[] {
  const time = rfc3339(BigInt(made.time));
  return [newCommit(branch.volume, { id, time }, made), annotate(branch.volume, branchAnnotation(dot, { ...branch, head: id }))];
}

export type CommitWords = Omit<Commit, 'id' | 'volume'>;

export function recordOf(store: Store, dot: Dot, branch: Branch, options: Omit<CommitOptions, 'dot'>): CommitWords {
  const { author, message = '', metadata = {} } = options;
  const base = { dot: dot.id, branch: branch.name, author, message, time: String(store.now()), metadata: { ...metadata } };
  return branch.head === undefined ? base : { ...base, parent: branch.head };
}

function checkWords({ author, message = '', metadata = {} }: CommitOptions): void {
  const bad = (why: string) => fail('usage', 'bad-commit', `commit ${why}`);
  if (message.length > longest.message) throw bad(`has a message of ${message.length} characters, more than ${longest.message}`);
  if (author.length > longest.author) throw bad(`has an author of ${author.length} characters, more than ${longest.author}`);
  for (const [key, value] of Object.entries(metadata)) {
    if (!keyPattern.test(key)) throw bad(`has metadata "${key}": keys are a-z and then letters, digits, _ . -, 64 at most`);
    if (value.length > longest.metadata) throw bad(`has metadata "${key}" of ${value.length} characters`);
  }
  const total = wordsOf({ author, message, metadata });
  if (total > wordsLimit) throw bad(`has ${total} characters of message and metadata, more than ${wordsLimit}`);
}

/**
 * What a lazy pull has not fetched yet would be missing.
 *
 * @throws DvmError `not-whole` (exit 69)
 */
export function refuseUnfinished(dot: Dot, branch: Branch): void {
  if (branch.name !== 'master' || dot.seed === undefined || dot.seed.state === 'seeded') return;
  throw fail('unavailable', 'not-whole', `dot "${dotWord(dot)}" is not whole yet: ${dot.seed.state} from "${dot.seed.from}"`, {
    hint: 'wait until it is: dot show',
  });
}
