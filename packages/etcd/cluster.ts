import { DvmError } from '#tool/errors.js';
import type { Etcd } from './client.js';
import { unavailable } from './failure.js';

/** A member of the cluster; `name` is empty until it has started. */
export interface Member {
  id: string;
  name: string;
  peerUrls: string[];
  clientUrls: string[];
  learner: boolean;
}

/** One endpoint's own state. */
export interface Status {
  version: string;
  /** Bytes of its database, and how many of them hold anything. */
  size: number;
  used: number;
  /** A member's id; `0` when there is none. */
  leader: string;
  index: number;
  term: number;
  learner: boolean;
  /** Alarms and the like, in etcd's words. */
  errors: string[];
}

/**
 * The members as the one that is asked knows them.
 *
 * @param at the endpoint that is to tell it
 * @throws DvmError `etcd-unavailable` (exit 69) another one has told it; as `Etcd.ask`
 */
export async function members(etcd: Etcd, at?: string): Promise<Member[]> {
  const answer = await etcd.ask('/v3/cluster/member/list', {}, true);
  if (at !== undefined && answer.where !== at) throw unavailable(at, `"${answer.where}" answers instead`);
  return answer.parts('members').map((member) => ({
    id: member.id('ID'),
    name: member.text('name'),
    peerUrls: member.texts('peerURLs'),
    clientUrls: member.texts('clientURLs'),
    learner: member.flag('isLearner'),
  }));
}

export async function status(etcd: Etcd): Promise<Status> {
  const answer = await etcd.ask('/v3/maintenance/status', {}, true);
  return {
    version: answer.text('version'),
    size: answer.number('dbSize'),
    used: answer.number('dbSizeInUse'),
    leader: answer.id('leader'),
    index: answer.number('raftIndex'),
    term: answer.number('raftTerm'),
    learner: answer.flag('isLearner'),
    errors: answer.texts('errors'),
  };
}

/**
 * Asks those that are members now from here on. Sockets are told relative to each member's directory, so they are not taken; who
 * has none but those keeps what it had.
 */
export async function refreshEndpoints(etcd: Etcd): Promise<void> {
  const serving = (await members(etcd)).filter(({ learner }) => !learner).flatMap(({ clientUrls }) => clientUrls);
  const reachable = serving.filter((url) => /^https?:/.test(url));
  if (reachable.length > 0) etcd.setEndpoints(reachable);
}

/**
 * Makes somebody a member that has no vote yet.
 *
 * @returns its id
 * @throws DvmError `etcd-failed` (exit 69), with etcd's words: a member has that URL already, another learner is under way, a voter
 *   is not connected
 */
export async function addLearner(etcd: Etcd, peerUrl: string): Promise<string> {
  const answer = await etcd.ask('/v3/cluster/member/add', { peerURLs: [peerUrl], isLearner: true }, false);
  return answer.part('member').id('ID');
}

/** Gives a learner its vote. @throws DvmError `etcd-failed` (exit 69) it is not in step with the leader yet */
export async function promote(etcd: Etcd, id: string): Promise<void> {
  await etcd.ask('/v3/cluster/member/promote', { ID: id }, true);
}

/** Takes a member out for good: its directory can never be used again. One that is out is fine. */
export async function removeMember(etcd: Etcd, id: string): Promise<void> {
  try {
    await etcd.ask('/v3/cluster/member/remove', { ID: id }, true);
  } catch (e) {
    if (!(e instanceof DvmError) || e.code !== 'etcd-not-found') throw e;
  }
}

/** All of the database of the member that is asked, as `etcdctl snapshot restore` takes it. */
export async function* snapshot(etcd: Etcd, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const result of etcd.lines('/v3/maintenance/snapshot', {}, signal)) yield result.bytes('blob');
}
