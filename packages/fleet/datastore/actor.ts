import type { Log } from '#daemon/log.js';
import type { Etcd } from '#etcd/client.js';
import { addLearner, promote, removeMember } from '#etcd/cluster.js';
import type { Compare, Operation } from '#etcd/codec.js';
import { put, txn } from '#etcd/kv.js';
import { grant, keepAlive, revoke } from '#etcd/lease.js';
import { DvmError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';
import { type Intent, keys } from './documents.js';
import type { Gathered } from './gather.js';
import { nextStep, type Step } from './plan.js';

/** Seconds that the place of the node that acts stays its own after its last sign of life. */
const place = 5;
/** Milliseconds of it that must be left before a step is begun: longer than any request takes. */
const margin = 2500;
/** Milliseconds after which its time is begun again. */
const renewal = 1500;

/** What an actor knows beside what etcd holds. */
export interface Surroundings {
  self: string;
  /** Nodes that the membership takes for dead or gone, and since when by `now`. */
  dead: ReadonlyMap<string, number>;
  now(): number;
  newName(node: string): string;
  log: Log;
}

interface Lease {
  id: string;
  /** Of the actor's key. */
  modified: number;
  renewed: number;
  until: number;
}

/**
 * Changes the datastore's members, when it is this node's turn: one node acts at a time, by a lease. A lease does not stop who has lost
 * it without knowing, so every write names the actor's key as it was, every change of members is by id, and the time that is
 * left is looked at before each.
 */
export class Actor {
  readonly #etcd: Etcd;
  readonly #around: Surroundings;
  #lease: Lease | undefined;
  #intent = { modified: -1, since: 0 };
  #told = '';

  constructor(etcd: Etcd, around: Surroundings) {
    this.#etcd = etcd;
    this.#around = around;
  }

  /** Whether it is this node's turn, as far as it knows. */
  get acts(): boolean {
    return this.#lease !== undefined;
  }

  /**
   * One step, if there is one to take and this node may take it.
   *
   * @returns whether something changed, so that it is worth looking again at once
   * @throws DvmError as `Etcd.ask`
   */
  async turn(seen: Gathered): Promise<boolean> {
    if (seen.actor?.modified !== this.#lease?.modified) this.#lease = undefined; // it ran out
    if (!this.#lease) return seen.actor === undefined && this.#takePlace();
    await this.#renew();
    if (!this.#lease || this.#lease.until - this.#around.now() < margin) return false;
    await this.#publish(seen);
    const step = nextStep(this.#view(seen));
    this.#tell(step);
    return this.#take(step, seen);
  }

  /** Lets another node act. */
  async resign(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease) await revoke(this.#etcd, lease.id).catch(() => {});
  }

  /** What was seen may be from before another one acted: whoever takes the place looks again before the first step. */
  async #takePlace(): Promise<boolean> {
    const { now, self, log } = this.#around;
    const began = now();
    const id = await grant(this.#etcd, place);
    const put = { put: keys.actor, value: self, lease: id };
    const { succeeded, revision } = await txn(this.#etcd, [{ key: keys.actor, modified: 0 }], [put]);
    if (succeeded) {
      this.#lease = { id, modified: revision, renewed: began, until: began + place * 1000 };
      log('info', 'acts', { node: self });
    } else await revoke(this.#etcd, id);
    return succeeded;
  }

  async #renew(): Promise<void> {
    const lease = this.#lease;
    const began = this.#around.now();
    if (!lease || began - lease.renewed < renewal) return;
    const left = await keepAlive(this.#etcd, lease.id);
    this.#lease = left > 0 ? { ...lease, renewed: began, until: began + left * 1000 } : undefined;
  }

  #view(seen: Gathered) {
    const { self, dead, newName } = this.#around;
    const now = this.#around.now();
    if (seen.intentModified !== this.#intent.modified) this.#intent = { modified: seen.intentModified, since: now };
    const { rules, intent, members, reports } = seen;
    return { now, self, rules, intent, members, reports, dead, intentSince: this.#intent.since, newName };
  }

  async #take(step: Step, seen: Gathered): Promise<boolean> {
    switch (step.kind) {
      case 'intend':
        return this.#write(seen, { put: keys.intent, value: canonical(step.intent) });
      case 'clear':
        return this.#write(seen, { delete: keys.intent });
      case 'remove':
        await removeMember(this.#etcd, step.id);
        return true;
      case 'add':
        return this.#tried(() => addLearner(this.#etcd, step.peerUrl));
      case 'promote':
        return this.#tried(() => promote(this.#etcd, step.id));
      case 'wait':
      case 'idle':
        return false;
    }
  }

  /** Only while this node acts, and the intent is as it was when it was decided upon. */
  async #write(seen: Gathered, operation: Operation): Promise<boolean> {
    const lease = this.#lease;
    if (!lease) return false;
    const when: Compare[] = [
      { key: keys.actor, modified: lease.modified },
      { key: keys.intent, modified: seen.intentModified },
    ];
    return (await txn(this.#etcd, when, [operation])).succeeded;
  }

  /** etcd refuses until it is time: a learner is not in step yet, a voter not connected. Then it is tried again. */
  async #tried(change: () => Promise<unknown>): Promise<boolean> {
    try {
      await change();
      return true;
    } catch (e) {
      if (!(e instanceof DvmError) || (e.code !== 'etcd-failed' && e.code !== 'etcd-unsure')) throw e;
      this.#around.log('info', 'not-yet', { message: e.message });
      return false;
    }
  }

  /** Where clients find the voters. */
  async #publish({ members, endpoints }: Gathered): Promise<void> {
    const now = members.flatMap((m) => (m.learner ? [] : m.clientUrls)).sort();
    if (now.length > 0 && canonical(now) !== canonical(endpoints)) await put(this.#etcd, keys.endpoints, canonical(now));
  }

  /** What waits is told once. */
  #tell(step: Step): void {
    const { kind, ...facts } = step;
    const told = canonical(step);
    if (kind === 'idle' || told === this.#told) return;
    this.#told = told;
    const level = kind === 'wait' ? 'warning' : 'info';
    this.#around.log(level, `datastore-${kind}`, 'intent' in facts ? intentFacts(facts.intent) : facts);
  }
}

function intentFacts({ reason, victim, candidate, added }: Intent) {
  return { reason, victim: victim?.node, candidate: candidate?.node, added: added?.id };
}
