import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '#daemon/log.js';
import { holdAlone } from '#daemon/single.js';
import { Etcd } from '#etcd/client.js';
import { status } from '#etcd/cluster.js';
import { watch } from '#etcd/watch.js';
import { makeDirectories } from '#tool/directories.js';
import { type DvmError, fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import { type CredentialFiles, readCredentials } from '../transport/identity.js';
import { Actor } from './actor.js';
import { backUpWhenDue, type Schedule } from './backup-schedule.js';
import { serveOrders } from './control.js';
import { keys, newMemberName, type Order, type StatusDocument } from './documents.js';
import type { Urls } from './etcd-member.js';
import { type Gathered, gather } from './gather.js';
import { LocalMember } from './local.js';
import { Membership } from './membership.js';
import { NodeDisk } from './node-state.js';
import { changeRules, giveOrder } from './orders.js';
import { Reporter, reportOf } from './reporter.js';
import { statusOf } from './status.js';

export interface DatastoreOptions {
  files: CredentialFiles;
  urls: Urls;
  directory: string;
  /** Where the running `member` is asked. */
  memberSocket: string;
  /** Where this daemon is asked. */
  socket: string;
  backup: Schedule | undefined;
}

/** Milliseconds between looks when nothing is heard. */
const idle = 1000;
/** Milliseconds that an endpoint has for an answer: a member that is paused must not hold up the others. */
const timeout = 1000;

/** The daemon of one node: follows the fleet and etcd, runs a member when it is to, and changes members when it is its turn. */
export class Datastore {
  readonly #options: DatastoreOptions;
  readonly #log: Log;
  readonly #now = () => performance.now();
  readonly #membership: Membership;
  readonly #local: LocalMember;
  readonly #etcd: Etcd;
  readonly #reporter: Reporter;
  readonly #actor: Actor;
  readonly #stop = new AbortController();
  #poked = false;
  #wake: () => void = () => {};
  #seen: Gathered | undefined;
  #answers = true;
  #backingUp = false;

  private constructor(options: DatastoreOptions, self: string, membership: Membership, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#membership = membership;
    const { files, urls, directory } = options;
    this.#local = new LocalMember({ self, disk: new NodeDisk(directory), urls, files, log });
    const { ca, cert, key } = readCredentials(files);
    this.#etcd = new Etcd({ endpoints: [], tls: { ca, cert, key }, timeout });
    this.#reporter = new Reporter(this.#etcd, this.#now);
    const { dead } = membership;
    this.#actor = new Actor(this.#etcd, { self, dead, now: this.#now, newName: newMemberName, log });
  }

  /**
   * Runs until the signal is aborted.
   *
   * @throws DvmError `not-running` (exit 69) no member answers; `other-node` (exit 78) it is another node's; `running-already` (exit
   *   75); those of `startMember`
   */
  static async run(options: DatastoreOptions, log: Log, signal: AbortSignal): Promise<void> {
    const { name } = readCredentials(options.files);
    const membership = new Membership(options.memberSocket, () => performance.now());
    await membership.look();
    if (membership.self !== name)
      throw fail(
        'config',
        'other-node',
        `the certificate is of "${name}", and the member at "${options.memberSocket}" is "${membership.self}"`,
      );
    makeDirectories(options.directory, 0o700);
    const release = holdAlone(join(options.directory, 'lock'), 'another datastore run works on this directory');
    try {
      await new Datastore(options, name, membership, log).#run(signal);
    } finally {
      release();
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => {
      this.#stop.abort();
      this.#poke();
    });
    if (signal.aborted) this.#stop.abort();
    const endControl = await serveOrders(this.#options.socket, this);
    try {
      await this.#membership.tell({ etcd: this.#options.urls.client });
      await this.#comeBack();
      const followed = [this.#membership.follow(this.#stop.signal, () => this.#poke()), this.#watch()];
      this.#log('info', 'started', { node: this.#membership.self, holds: this.#local.holds });
      while (!this.#stop.signal.aborted) await this.#look();
      await this.#actor.resign();
      await this.#reporter.end();
      await Promise.allSettled(followed);
    } finally {
      this.#stop.abort();
      await this.#local.stop();
      await endControl();
      this.#etcd.close();
    }
  }

  /** What was a member and was taken out meanwhile must not start again; when nobody answers it may be the first that is back. */
  async #comeBack(): Promise<void> {
    const { holds } = this.#local;
    this.#useEndpoints(this.#options.urls.client);
    if (holds !== undefined && !this.#local.state.begin && !this.#local.hasData) await this.#local.giveUp();
    else if (holds !== undefined && this.#etcd.endpoints.length > 0) {
      const names = await gather(this.#etcd)
        .then((seen) => seen.members.map((m) => m.name))
        .catch(() => [holds]);
      if (!names.includes(holds) && !names.includes('')) await this.#local.giveUp();
    }
    await this.#local.start();
  }

  async #look(): Promise<void> {
    this.#poked = false;
    let again = false;
    try {
      this.#useEndpoints();
      this.#seen = await gather(this.#etcd);
      this.#tellAnswers(true);
      again = await this.#actUpon(this.#seen);
    } catch (e) {
      this.#seen = undefined;
      this.#tellAnswers(false, asDvmError(e));
    }
    if (!again) await this.#rest();
  }

  /** Until something happens, or a while. */
  async #rest(): Promise<void> {
    if (this.#poked) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, idle);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #poke(): void {
    this.#poked = true;
    this.#wake();
  }

  async #actUpon(seen: Gathered): Promise<boolean> {
    await this.#begin();
    if (await this.#local.follow(seen)) return true;
    await this.#reporter.tell(reportOf(this.#membership, this.#options.urls, this.#local.holds));
    if (!this.#membership.current) {
      await this.#actor.resign(); // who does not know who is dead is not the one to act
      return false;
    }
    const changed = await this.#actor.turn(seen);
    if (this.#actor.acts) this.#backUp();
    return changed;
  }

  /** Beside all else: a large backup takes longer than a lease lives. */
  #backUp(): void {
    if (this.#backingUp) return;
    this.#backingUp = true;
    void backUpWhenDue(this.#etcd, this.#options.backup, this.#log).finally(() => {
      this.#backingUp = false;
    });
  }

  /** The rules of a new datastore are written once it is there. */
  async #begin(): Promise<void> {
    const { begin } = this.#local.state;
    if (!begin) return;
    await changeRules(this.#etcd, (rules) => ({ ...rules, wanted: begin.wanted }));
    this.#local.begun();
  }

  /** Its own member first, then those that etcd names, then those that nodes tell of in the fleet. */
  #useEndpoints(but?: string): void {
    const own = this.#local.holds === undefined ? [] : [this.#options.urls.client];
    const told = [...this.#membership.meta.values()].flatMap((meta) => meta.etcd ?? []);
    const known = [...own, ...(this.#seen?.endpoints ?? this.#local.state.endpoints), ...told];
    const endpoints = [...new Set(known)].filter((url) => url !== but);
    if (endpoints.join() !== this.#etcd.endpoints.join()) this.#etcd.setEndpoints(endpoints);
  }

  #tellAnswers(answers: boolean, e?: DvmError): void {
    if (answers === this.#answers) return;
    this.#answers = answers;
    this.#log(
      answers ? 'info' : 'warning',
      answers ? 'etcd-answers' : 'etcd-does-not-answer',
      e && { code: e.code, message: e.message },
    );
  }

  /** Has changes in etcd looked at when they happen. */
  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const from = (this.#seen?.revision ?? 0) + 1;
        for await (const _ of watch(this.#etcd, keys.all, from, signal)) this.#poke();
      } catch {
        // compacted, or refused: the next look tells
      }
      await sleep(idle, undefined, { signal }).catch(() => {});
    }
  }

  /** What `datastore status` tells. */
  async status(): Promise<StatusDocument> {
    const { self, dead } = this.#membership;
    const seen = await gather(this.#etcd).catch(() => undefined);
    const leader = seen
      ? await status(this.#etcd).then(
          (s) => s.leader,
          () => '0',
        )
      : '0';
    return statusOf({ self, holds: this.#local.holds, endpoints: this.#etcd.endpoints, seen, leader, dead });
  }

  async order(order: Order): Promise<void> {
    await giveOrder(this.#etcd, order, await gather(this.#etcd), this.#membership.dead);
    this.#poke();
  }

  get etcd(): Etcd {
    return this.#etcd;
  }
}
