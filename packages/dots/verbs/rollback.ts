import { fail } from '#tool/errors.js';
import { formatSize, SECTOR } from '#tool/units.js';
import type { Branch, Commit, Dot, DotsState } from '../state/dot.js';
import { findCommit, findNamed } from '../state/find.js';
import { historyOf, reachable } from '../state/history.js';
import { type DotName, dotWord } from '../state/words.js';
import { changing, type Edit, type Look, type Store } from '../store.js';
import { branchAnnotation, newWritable, removal, writableVolume } from '../volumes/edits.js';
import { letGo, mountRoot, mountsOf, mountTargets, unmountAll, type VolumeMounts } from '../volumes/mounts.js';
import { rfc3339 } from '../volumes/time.js';
import { refuseUnfinished } from './commit.js';
import { dirtyBytes } from './dirty.js';

export interface RollbackOptions {
  dot: DotName;
  /** The commit to go back to. */
  to: string;
  /** Also where what is not committed is lost. */
  force: boolean;
}

export interface RolledBack {
  branch: Branch;
  /** Ids of the commits that nothing reaches any more, the newest first. */
  dropped: string[];
}

/**
 * Brings a branch back to one of its commits: its volume gives way to a snapshot of that, and the commits after it that
 * nothing else needs go, in one transaction. Where it was mounted it is again.
 *
 * @throws DvmError `no-dot`, `no-branch`, `no-commit` (exit 80), `dot-in-use`, `dot-dirty`, `not-of-branch` (exit 83)
 */
export async function rollback(store: Store, { dot: named, to, force }: RollbackOptions): Promise<RolledBack> {
  return changing(store, async (look) => {
    const { dot, branch } = findNamed(look.state, named);
    refuseUnfinished(dot, branch);
    const commit = findCommit(look.state, dot, branch, to);
    if (!historyOf(look.state, branch.head).includes(commit))
      throw fail(
        'inUse',
        'not-of-branch',
        `commit "${commit.id}" is not before the head of "${dotWord({ ...dot, branch: branch.name })}"`,
        {
          hint: 'make a branch of it: dot branch',
        },
      );
    if (!force) await refuseDirty(store, look, dot, branch);
    const dropped = laterThan(look.state, branch, commit);
    for (const c of dropped) await letGo(store, `commit "${c.id}"`, c);
    const check = force ? undefined : () => refuseDirty(store, look, dot, branch);
    return replaceVolume(store, dot, branch, commit, { dropped, check });
  });
}

/** @throws DvmError `dot-dirty` (exit 83) */
export async function refuseDirty(store: Store, look: Look, dot: Dot, branch: Branch): Promise<void> {
  const bytes = await dirtyBytes(store, look, dot, branch);
  if (bytes === 0) return;
  const size = formatSize(Math.ceil(bytes / SECTOR));
  throw fail('inUse', 'dot-dirty', `branch "${branch.name}" of dot "${dotWord(dot)}" has ${size} that are not committed`, {
    hint: 'commit them first; or --force, and they are lost',
    details: { bytes },
  });
}

/** The commits between the head and `to` that no other branch, and no pull, needs. */
export function laterThan(state: DotsState, branch: Branch, to: Commit): Commit[] {
  const others = state.dots.map((d) => ({
    ...d,
    branches: d.branches.map((b) => (b.id === branch.id ? { ...b, head: to.id } : b)),
  }));
  const needed = reachable({ ...state, dots: others });
  return historyOf(state, branch.head).filter((c) => !needed.has(c.id));
}

/**
 * The branch's volume gives way to a writable snapshot of a commit, which becomes its head.
 *
 * @throws DvmError `dot-in-use` (exit 83)
 */
export async function replaceVolume(
  store: Store,
  dot: Dot,
  branch: Branch,
  commit: Commit,
  { dropped, check }: { dropped: readonly Commit[]; check?: (() => Promise<void>) | undefined },
): Promise<RolledBack> {
  const volume = { id: store.newId(), time: rfc3339(store.now()) };
  const after = { ...branch, head: commit.id };
  const edits: Edit[] = [
    newWritable(commit.volume, volume, branchAnnotation(dot, after)),
    ...[branch.volume, ...dropped.map((c) => c.volume)].map(removal),
  ];
  const own = { ...commit.volume, id: volume.id, name: writableVolume(volume.id) };
  await remounting(store, dot, branch, own, async (again) => {
    if (again) await check?.();
    await store.change(edits, { deactivate: [volume.id] });
  });
  return { branch: { ...after, volume: own }, dropped: dropped.map((c) => c.id) };
}

/**
 * Unmounts a branch, lets `work` give it another volume, and mounts that where the old one was; the old one when it fails. `work` is
 * told whether to ask again what is not committed: until the unmount somebody could write. Not of a btrfs, whose unmount itself
 * writes, and whose copies cannot be compared.
 */
export async function remounting(
  store: Store,
  dot: Dot,
  branch: Branch,
  next: Branch['volume'],
  work: (again: boolean) => Promise<void>,
): Promise<void> {
  const mounts = mountsOf(store, branch.id, branch.volume);
  const shown = mounts.mounted || mounts.targets.length > 0;
  if (shown) await unmountAll(store, `branch "${branch.name}" of dot "${dotWord(dot)}"`, mounts);
  try {
    await work(shown && dot.fs !== 'btrfs');
  } catch (e) {
    await mountAgain(store, dot, branch.id, branch.volume, mounts);
    throw e;
  }
  await mountAgain(store, dot, branch.id, next, mounts);
}

/** All of it, and the directories of it that were shown elsewhere. */
export async function mountAgain(
  store: Store,
  dot: Dot,
  owner: string,
  volume: Branch['volume'],
  mounts: VolumeMounts,
): Promise<void> {
  if (!mounts.mounted && mounts.targets.length === 0) return;
  const { root } = await mountRoot(store, dot, owner, volume);
  await mountTargets(store, root, mounts.targets);
}
