import { fail } from '#tool/errors.js';
import { fileSystems } from '../state/annotation.schema.js';
import type { Dot, DotFacts, FileSystemType } from '../state/dot.js';
import { master } from '../state/dots-of.js';
import { dotNamed, findDot } from '../state/find.js';
import { changing, type Look, type Store } from '../store.js';
import { type RemoteCommit, remoteBranch, remoteCommit } from '../transfer/remote-branch.js';
import { annotate, branchAnnotation } from '../volumes/edits.js';
import { rfc3339 } from '../volumes/time.js';
import { begin, fill, type Goal, type Transfer } from './filling.js';
import { refuseTaken } from './init.js';

export interface CloneOptions extends Transfer {
  /** Which branch of the registry becomes `master` here; `master` unless named. */
  branch?: string | undefined;
  /** A commit instead of a branch's head. */
  commit?: string | undefined;
  as: { namespace: string; name: string };
  /** So many of the newest commits; all of them without. */
  depth?: number | undefined;
  /** The dot remembers that it was seeded from there: doing it again is no error, and does nothing. */
  seed?: boolean | undefined;
}

export interface Cloned {
  dot: Dot;
  /** The commit that it is at. */
  commit: string;
  /** It was there already. */
  already: boolean;
}

/**
 * Makes a dot of one in a registry. Until all of it is here, verified and on disk, there is no dot; an interrupted clone goes on
 * where it was.
 *
 * @throws DvmError `dot-exists` (exit 81), `no-remote-branch` (exit 80), `unknown-fs` (exit 65), those of transfer/fetch.ts
 */
export async function clone(store: Store, options: CloneOptions): Promise<Cloned> {
  const seeded = seededBefore(await store.read(), options);
  if (seeded) return seeded;
  const target = await targetOf(options);
  const { goal, work } = await changing(store, async (look) => {
    refuseTaken(look, options.as);
    const goal = goalOf(store, look, options, target);
    return { goal, work: await begin(store, look, goal) };
  });
  await fill(store, work, goal, options);
  return changing(store, async (look) => {
    refuseTaken(look, options.as);
    const head = target.record.id;
    const { of = goal.of as DotFacts, dot } = goal;
    const branch = { id: goal.branch, name: master, dot, head, current: true };
    await store.change([annotate(work.volume, branchAnnotation({ ...finished(store, of), id: dot }, branch))]);
    return { dot: findDot((await store.read()).state, options.as), commit: head, already: false };
  });
}

function seededBefore({ state }: Look, { seed, as, remote }: CloneOptions): Cloned | undefined {
  const dot = dotNamed(state, as);
  if (!seed || dot?.seed?.from !== remote.reference) return undefined;
  return { dot, commit: dot.seed.commit, already: true };
}

async function targetOf({ remote, branch = master, commit }: CloneOptions): Promise<RemoteCommit> {
  const found = commit === undefined ? await remoteBranch(remote, branch) : await remoteCommit(remote, commit);
  if (found) return found;
  throw noRemoteBranch(remote.reference, branch);
}

export function noRemoteBranch(reference: string, branch: string) {
  return fail('notFound', 'no-remote-branch', `"${reference}" has no branch "${branch}"`, {
    hint: 'is it spelt right, and has anything been pushed to it?',
  });
}

/** What an interrupted clone began has its ids already. */
function goalOf(store: Store, { state }: Look, options: CloneOptions, target: RemoteCommit): Goal {
  const { as, remote, seed, depth } = options;
  const begun = state.works.find((w) => w.target !== undefined && w.of?.namespace === as.namespace && w.of.name === as.name);
  const taken = state.dots.some((d) => d.id === target.record.dot);
  const created = rfc3339(store.now());
  const of: DotFacts = {
    ...{ namespace: as.namespace, name: as.name, created, size: target.size, fs: fsOf(target), remote: remote.reference },
    ...(seed ? { seed: { from: remote.reference, commit: target.record.id, state: 'seeding' as const, at: created } } : {}),
  };
  const ids = begun ?? { branch: store.newId(), dot: taken ? store.newId() : target.record.dot };
  return { branch: ids.branch, dot: ids.dot, name: master, of, target, depth };
}

function fsOf({ fs, record }: RemoteCommit): FileSystemType {
  const found = fileSystems.find((known) => known === fs?.type);
  if (found) return found;
  throw fail(
    'badInput',
    'unknown-fs',
    `commit "${record.id}" has a file system "${fs?.type ?? 'unknown'}", not ${fileSystems.join(', ')}`,
  );
}

function finished(store: Store, { seed, ...facts }: DotFacts): DotFacts {
  return seed ? { ...facts, seed: { ...seed, state: 'seeded', at: rfc3339(store.now()) } } : facts;
}
