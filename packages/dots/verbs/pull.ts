import { fail } from '#tool/errors.js';
import type { Branch, Dot } from '../state/dot.js';
import { findBranch, findDot } from '../state/find.js';
import { historyOf } from '../state/history.js';
import { type DotName, dotWord } from '../state/words.js';
import { changing, type Look, type Store } from '../store.js';
import { relate } from '../transfer/lineage.js';
import { type RemoteCommit, remoteBranch } from '../transfer/remote-branch.js';
import { annotate, branchAnnotation, removal } from '../volumes/edits.js';
import { rfc3339 } from '../volumes/time.js';
import { noRemoteBranch } from './clone.js';
import { refuseUnfinished } from './commit.js';
import { dirtyBytes } from './dirty.js';
import { begin, fill, lineOf, type Transfer } from './filling.js';
import { refuseDirty, remounting } from './rollback.js';

export interface PullOptions extends Transfer {
  /** A branch that is not here yet is made. */
  dot: DotName;
  /** The branch there; default: the one of the same name. */
  remoteBranch?: string | undefined;
  /** Keep what is not committed, or not there, as a branch of its own. */
  stash?: boolean | undefined;
}

export interface Pulled {
  branch: Branch;
  from: string | null;
  to: string;
  /** Nothing was to be done. */
  already: boolean;
  /** Name of the branch that keeps what was here. */
  stashed?: string;
}

/**
 * Brings a branch forward to where it is in the registry. All that is new is on another volume first, which then takes the place
 * of the branch's in one transaction; where the branch was mounted it is again.
 *
 * @throws DvmError `no-dot`, `no-remote-branch` (exit 80), `dot-dirty`, `dot-in-use` (exit 83), `local-ahead`, `diverged`,
 *   `unrelated` (exit 84), `branch-moved` (exit 75), those of transfer/fetch.ts
 */
export async function pull(store: Store, options: PullOptions): Promise<Pulled> {
  const { dot: named, remote, stash = false } = options;
  const name = named.branch ?? 'master';
  const target = await remoteBranch(remote, options.remoteBranch ?? name);
  if (!target) throw noRemoteBranch(remote.reference, options.remoteBranch ?? name);
  const begun = await changing(store, async (look) => {
    const dot = findDot(look.state, named);
    const branch = dot.branches.find((b) => b.name === name);
    if (branch && (await isThere(store, look, dot, branch, target, stash))) return { dot, branch };
    // a pull that was cut short has given a branch that is not here yet its id already
    const cut = look.state.works.find((w) => w.dot === dot.id && w.name === name && w.of === undefined);
    const goal = { branch: branch?.id ?? cut?.branch ?? store.newId(), name, dot: dot.id, target };
    return { dot, branch, goal, work: await begin(store, look, goal) };
  });
  const { branch, goal, work } = begun;
  const from = branch?.head ?? null;
  if (!goal || !work) return { branch: branch as Branch, from, to: target.record.id, already: true };
  await fill(store, work, goal, options);
  const result = await changing(store, (look) => replace(store, look, { ...begun, work, target, stash, named, name }));
  return { ...result, from, to: target.record.id, already: false };
}

/**
 * Whether the branch has all that the registry has.
 *
 * @throws DvmError where what is here would be lost, or does not fit
 */
async function isThere(
  store: Store,
  look: Look,
  dot: Dot,
  branch: Branch,
  { record, ancestors }: RemoteCommit,
  stash: boolean,
): Promise<boolean> {
  refuseUnfinished(dot, branch);
  const here = historyOf(look.state, branch.head).map((c) => c.id);
  const relation = here.length === 0 ? ({ kind: 'behind', by: 0 } as const) : relate(here, { head: record.id, ancestors });
  if (relation.kind === 'same') return true;
  const subject = `branch "${branch.name}" of dot "${dotWord(dot)}"`;
  const refused = (code: string, why: string) =>
    fail('outOfSync', code, `${subject} ${why}`, {
      hint: '--stash keeps what is here as a branch of its own',
      details: relation,
    });
  if (!stash && relation.kind === 'ahead') throw refused('local-ahead', `is ahead of the registry by ${relation.by}: push it`);
  if (!stash && relation.kind === 'diverged')
    throw refused('diverged', `has diverged: since commit "${relation.common}" ${relation.here} here, ${relation.there} there`);
  if (relation.kind === 'unrelated') throw refused('unrelated', 'has no commit in common with the one in the registry');
  if (!stash) await refuseDirty(store, look, dot, branch);
  return false;
}

interface Replacement {
  branch: Branch | undefined;
  work: { volume: Branch['volume']; branch: string };
  target: RemoteCommit;
  stash: boolean;
  named: DotName;
  name: string;
}

/** The filled volume becomes the branch's; the old one goes, or is a branch of its own. */
async function replace(store: Store, look: Look, r: Replacement): Promise<Pick<Pulled, 'branch' | 'stashed'>> {
  const dot = findDot(look.state, r.named);
  const now = dot.branches.find((b) => b.name === r.name);
  if (now?.head !== r.branch?.head || now?.id !== r.branch?.id)
    throw fail('busy', 'branch-moved', `branch "${r.name}" of dot "${dotWord(dot)}" was changed meanwhile`, {
      hint: 'pull again',
    });
  const { volume } = r.work;
  const base = now ?? { id: r.work.branch, name: r.name, dot: dot.id, current: false };
  const after = { ...base, head: r.target.record.id };
  const filled = annotate(volume, branchAnnotation(dot, after));
  if (!now) {
    await store.change([filled], { deactivate: [volume.id] });
    return { branch: { ...after, volume } };
  }
  let stashed = await keptAs(store, look, dot, now, r);
  await remounting(store, dot, now, volume, async (again) => {
    if (again) stashed ??= await keptAs(store, look, dot, now, r);
    const old = stashed === undefined ? removal(now.volume) : annotate(now.volume, asStash(store, dot, now, stashed));
    await store.change([filled, old]);
  });
  return { branch: { ...findBranch(dot, r.name), ...after, volume }, ...(stashed === undefined ? {} : { stashed }) };
}

/**
 * A name for what would be lost, when it is to be kept; undefined when nothing would.
 *
 * @throws DvmError `dot-dirty` (exit 83) it would, and is not to be kept
 */
async function keptAs(store: Store, look: Look, dot: Dot, now: Branch, r: Replacement): Promise<string | undefined> {
  if (!r.stash) {
    await refuseDirty(store, look, dot, now);
    return undefined;
  }
  const kept = now.head !== undefined && lineOf(r.target).includes(now.head);
  if (kept && (await dirtyBytes(store, look, dot, now)) === 0) return undefined;
  return `${now.name.slice(0, 40)}-stash-${rfc3339(store.now()).replaceAll(/[-:]/g, '')}`;
}

function asStash(store: Store, dot: Dot, now: Branch, name: string) {
  return branchAnnotation(dot, { ...now, id: store.newId(), name, current: false });
}
