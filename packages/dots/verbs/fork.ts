import type { Dot, DotFacts } from '../state/dot.js';
import { master } from '../state/dots-of.js';
import { findDot, findNamed } from '../state/find.js';
import type { DotName } from '../state/words.js';
import { changing, type Store } from '../store.js';
import { branchAnnotation, newWritable } from '../volumes/edits.js';
import { rfc3339 } from '../volumes/time.js';
import { commitAt } from './branch.js';
import { refuseTaken } from './init.js';

export interface ForkOptions {
  dot: DotName;
  /** A commit; default the head of the branch. */
  at?: string | undefined;
  as: { namespace: string; name: string };
}

/**
 * Makes a dot of a commit of another one: its own timeline from there on. The commits before are shared.
 *
 * @throws DvmError `no-dot`, `no-branch`, `no-commit` (exit 80), `dot-exists` (exit 81)
 */
export async function fork(store: Store, { dot: named, at, as }: ForkOptions): Promise<Dot> {
  return changing(store, async (look) => {
    refuseTaken(look, as);
    const { dot, branch } = findNamed(look.state, named);
    const from = commitAt(look.state, dot, branch, at);
    const volume = { id: store.newId(), time: rfc3339(store.now()) };
    const forkedFrom = { dot: dot.id, commit: from.id };
    const facts: DotFacts = { ...as, created: volume.time, size: dot.size, fs: dot.fs, forkedFrom };
    const id = store.newId();
    const own = { id: store.newId(), name: master, dot: id, head: from.id, current: true };
    const edit = newWritable(from.volume, volume, branchAnnotation({ ...facts, id }, own));
    await store.change([edit], { deactivate: [volume.id] });
    return findDot((await store.read()).state, as);
  });
}
