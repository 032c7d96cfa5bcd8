import { fail } from '#tool/errors.js';
import type { Commit, DotsState, Volume, Work, WorkAnnotation } from '../state/dot.js';
import { changing, type Edit, type Look, type Store } from '../store.js';
import type { OnProgress, Remote } from '../transfer/content.js';
import { fetchCommit } from '../transfer/fetch.js';
import { type RemoteCommit, remoteCommit } from '../transfer/remote-branch.js';
import { targetOn } from '../volumes/content.js';
import { annotate, extension, newCommit, newEmpty, newWritable, removal, writableVolume } from '../volumes/edits.js';
import { rfc3339 } from '../volumes/time.js';
import { poolFor } from './init.js';

/** A volume that a pull fills is `work`: what is on it in full is said with it, so that the next pull goes on there. */

export interface Goal extends Pick<WorkAnnotation, 'branch' | 'name' | 'dot' | 'of'> {
  target: RemoteCommit;
  /** How many commits are to be had, the newest ones; all of them without. */
  depth?: number | undefined;
}

export interface Transfer {
  remote: Remote;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** Ids that lead to a commit, itself first. */
export function lineOf({ record, ancestors }: RemoteCommit): string[] {
  return [record.id, ...ancestors];
}

/**
 * The volume to be filled: that of an earlier pull where it leads to the same, or a new one made from the newest commit that is here.
 * To be called while nobody else changes the dots.
 *
 * @throws DvmError `pool-not-zeroed` (exit 69)
 */
export async function begin(store: Store, look: Look, goal: Goal): Promise<Work> {
  const line = lineOf(goal.target);
  const old = look.state.works.filter((w) => w.branch === goal.branch);
  const usable = old.find((w) => leadsTo(w, goal));
  const others = old.filter((w) => w !== usable).map((w) => removal(w.volume));
  const { reached } = usable ?? { reached: line.find((id) => look.state.commits.has(id)) };
  const annotation = workAnnotation(goal, reached);
  const base = look.state.commits.get(reached ?? '');
  refuseNotZeroed(store, look, (usable ?? base)?.volume.pool);
  if (usable) {
    await store.change([...others, annotate(usable.volume, annotation)]);
    return { ...usable, ...annotation };
  }
  const made = { id: store.newId(), time: rfc3339(store.now()) };
  await store.change([...others, ...beginning(store, look, goal, base, made, annotation)]);
  return workNamed((await store.read()).state, made.id);
}

/** A pull leaves out what is zeros in the registry. */
function refuseNotZeroed(store: Store, look: Look, id: string | undefined): void {
  const pool = id === undefined ? poolFor(store, look) : look.pools.find((p) => p.id === id);
  if (pool?.zeroed !== false) return;
  const why = `thin pool "${pool.name}" does not zero its blocks: what is pulled there would have what others left in it`;
  throw fail('unavailable', 'pool-not-zeroed', why, { hint: 'make a thin pool without --no-zero; --pool NAME says which' });
}

function beginning(
  store: Store,
  look: Look,
  goal: Goal,
  base: Commit | undefined,
  made: { id: string; time: string },
  annotation: WorkAnnotation,
): Edit[] {
  const { size } = goal.target;
  if (!base) return [newEmpty(poolFor(store, look).name, size, made, annotation)];
  const larger = size > base.volume.size;
  return [newWritable(base.volume, made, annotation), ...(larger ? [extension(writableVolume(made.id), size)] : [])];
}

/** A part of the commit after `reached` may be on the volume: only who fetches that one next can go on with it. */
function leadsTo({ reached, target }: Work, goal: Goal): boolean {
  if (reached !== undefined && !lineOf(goal.target).includes(reached)) return false;
  return target === reached || target === stepsTo(goal, reached)[0];
}

/** `target` is the commit that is fetched next; when there is none, the one that is there. */
function workAnnotation(goal: Goal, reached: string | undefined): WorkAnnotation {
  const { branch, name, dot, of } = goal;
  const known = { ...(of ? { of } : {}), ...(reached === undefined ? {} : { reached }) };
  const target = stepsTo(goal, reached)[0] ?? goal.target.record.id;
  return { role: 'work', branch, name, dot, target, ...known };
}

function workNamed({ works }: DotsState, volume: string): Work {
  const found = works.find((w) => w.volume.id === volume);
  if (found) return found;
  throw fail('internal', 'no-work', `volume "${writableVolume(volume)}" is not there though it was made`);
}

/**
 * Brings the volume to the goal, a commit after the other; each is a snapshot as soon as it is whole, its digests verified and all of it
 * on disk.
 *
 * @throws DvmError `busy` (exit 75) while another pull fills it; those of transfer/fetch.ts
 */
export async function fill(store: Store, work: Work, goal: Goal, transfer: Transfer): Promise<void> {
  await store.filling(work.volume, async () => {
    const steps = stepsTo(goal, work.reached);
    let { reached } = work;
    for (const [i, id] of steps.entries()) {
      transfer.signal?.throwIfAborted();
      const commit = id === goal.target.record.id ? goal.target : await remoteCommit(transfer.remote, id);
      await fetchInto(store, work.volume, { commit: id, from: reached }, counted(transfer, i, steps.length));
      await keep(store, work.volume, goal, commit);
      reached = id;
    }
  });
}

/** Ids of the commits to be fetched, the oldest first. */
function stepsTo({ target, depth }: Goal, reached: string | undefined): string[] {
  const line = lineOf(target);
  const missing = reached === undefined ? line.slice(0, depth) : line.slice(0, line.indexOf(reached));
  return missing.reverse();
}

async function fetchInto(
  store: Store,
  volume: Volume,
  step: { commit: string; from: string | undefined },
  transfer: Transfer,
): Promise<void> {
  const pool = (await store.read()).pools.find((p) => p.id === volume.pool);
  const target = await targetOn(store, volume, pool?.chunkSize ?? volume.size);
  try {
    await fetchCommit({ ...transfer, ...step, target, resume: true });
  } finally {
    await target.close();
  }
}

/** What of a pull of several commits is done is told as one. */
function counted({ onProgress, ...transfer }: Transfer, index: number, total: number): Transfer {
  return { ...transfer, onProgress: (p) => onProgress?.({ ...p, index: index + 1, total }) };
}

/** The volume is equal to a commit: it becomes one, and the work says so. */
async function keep(store: Store, volume: Volume, goal: Goal, { record }: RemoteCommit): Promise<void> {
  await changing(store, async ({ state }) => {
    const time = rfc3339(BigInt(record.time));
    const { id, ...words } = record;
    const { parent, ...rest } = words;
    const made = { ...rest, metadata: { ...rest.metadata }, ...(parent === undefined ? {} : { parent }) };
    const snapshot = state.commits.has(id) ? [] : [newCommit(volume, { id, time }, made)];
    await store.change([...snapshot, annotate(volume, workAnnotation(goal, id))], {
      deactivate: snapshot.length > 0 ? [id] : [],
    });
  });
}
