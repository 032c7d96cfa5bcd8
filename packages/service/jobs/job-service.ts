import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '#daemon/log.js';
import { DvmError, fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import type { Settings } from '../config.js';
import type { Job } from '../documents.js';
import type { Records } from '../records.js';
import type { Counters } from '../status/counters.js';
import { forgettable } from './history.js';
import type { Failure, JobEvent, Status } from './job.js';
import { keyOf, step } from './job.js';
import { type Action, type Address, addressOf, parsePayload, parseRequest, type Request } from './request.js';
import { startable } from './schedule.js';

/** What a job service needs of everything else. */
export interface JobWorld {
  records: Records<Job>;
  rules: Pick<Settings, 'roots' | 'limits' | 'senders' | 'history'>;
  /** Publishes an answer; calls back when the broker has taken it. */
  tell(job: Job, status: Status, taken: () => void): void;
  /** Publishes a failure that no job stands for. */
  tellRefusal(address: Address | undefined, failure: Failure): void;
  work(job: Job, found: (volume: string) => Promise<void>): Promise<void>;
  newId(): string;
  now(): Date;
  log: Log;
  counters: Counters;
}

/** After so many ended jobs the history is looked through for what is to be forgotten. */
const pruneEvery = 100;
/** Milliseconds until a record that could not be written is tried again. */
const retry = 1000;

/** Takes messages, keeps their jobs, and works through them: jobs/job.ts decides, this acts. */
export class JobService {
  readonly #world: JobWorld;
  readonly #jobs = new Map<string, Job>();
  readonly #waiting = new Map<string, Job>();
  readonly #running = new Map<string, Promise<void>>();
  #order = 0;
  #ended = 0;
  #stopping = false;
  #receiving: Promise<void> = Promise.resolve();

  /** @param jobs all that are on disk, in any order */
  constructor(world: JobWorld, jobs: readonly Job[]) {
    this.#world = world;
    for (const job of jobs.toSorted((a, b) => a.order - b.order)) this.#jobs.set(keyOf(job), job);
    this.#order = Math.max(0, ...jobs.map((j) => j.order + 1));
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Goes on with what was left. */
  async resume(): Promise<void> {
    for (const key of [...this.#jobs.keys()]) await this.#apply(key, { type: 'resumed' });
    this.#prune();
  }

  /**
   * Takes a message. When it returns the message need not be sent again: its job is on disk, or it was refused and that was told.
   * One at a time, in the order in which they came.
   */
  receive(action: Action, payload: Uint8Array): Promise<void> {
    const turn = () => this.#receive(action, payload);
    this.#receiving = this.#receiving.then(turn, turn);
    return this.#receiving;
  }

  /** Starts nothing more, and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running.values());
  }

  async #receive(action: Action, payload: Uint8Array): Promise<void> {
    let message: unknown;
    try {
      message = parsePayload(payload, this.#world.rules);
      const request = parseRequest(action, message, this.#world.rules);
      if (!this.#jobs.has(keyOf(request))) this.#checkWaiting(request.sender);
      await this.#accept(request);
    } catch (e) {
      if (this.#stopping || !(e instanceof DvmError)) throw e;
      this.#refuse(addressOf(message), e);
    }
  }

  #checkWaiting(sender: string): void {
    const most = this.#world.rules.limits.waitingPerSender;
    let waiting = 0;
    for (const job of this.#waiting.values()) if (job.sender === sender) waiting++;
    if (waiting >= most)
      throw fail('noSpace', 'too-many-jobs', `sender "${sender}" has ${waiting} jobs waiting, the limit is ${most}`);
  }

  /** A full disk keeps the message with the broker: it is not acknowledged before its record is written. */
  async #accept(request: Request): Promise<void> {
    const key = keyOf(request);
    for (;;) {
      const time = this.#world.now().toISOString();
      try {
        return await this.#apply(key, { type: 'received', request, volume: this.#world.newId(), order: this.#order++, time });
      } catch (e) {
        if (this.#stopping || !(e instanceof DvmError) || e.code !== 'no-record') throw e;
        this.#world.log('error', 'job-not-kept', { sender: request.sender, job: request.job, code: e.code, message: e.message });
        await sleep(retry);
      }
    }
  }

  #refuse(address: Address | undefined, { code, message, hint }: DvmError): void {
    this.#world.counters.refused(code);
    this.#world.log('warning', 'message-refused', { ...address, code, message });
    this.#world.tellRefusal(address, { code, message, ...(hint !== undefined && { hint }) });
  }

  /** Has the machine decide, and acts. A job that cannot be kept is as it was before. */
  async #apply(key: string, event: JobEvent): Promise<void> {
    const before = this.#jobs.get(key);
    const { job, effects } = step(before, event);
    for (const effect of effects) {
      if (effect.type === 'keep') await this.#keep(key, job, effect.durable);
      else if (effect.type === 'tell') this.#tell(key, job, effect.status);
      else if (effect.type === 'refuse')
        this.#refuse({ sender: job.sender, job: job.job }, fail('exists', effect.error.code, effect.error.message, effect.error));
      else this.#enqueue(key, job);
    }
  }

  async #keep(key: string, job: Job, durable: boolean): Promise<void> {
    if (durable) {
      await this.#world.records.put(key, job, true);
      this.#jobs.set(key, job);
      return;
    }
    this.#jobs.set(key, job);
    await this.#world.records.put(key, job, false).catch((e: unknown) => {
      this.#world.log('error', 'job-not-kept', { sender: job.sender, job: job.job, message: asDvmError(e).message });
    });
  }

  #tell(key: string, job: Job, status: Status): void {
    this.#world.tell(job, status, () => {
      const now = this.#jobs.get(key);
      if (status !== 'PENDING' && now && !now.told) void this.#apply(key, { type: 'told' });
    });
  }

  #enqueue(key: string, job: Job): void {
    this.#waiting.set(key, job);
    this.#startMore();
  }

  #startMore(): void {
    if (this.#stopping) return;
    const entries = (keys: Iterable<string>) =>
      [...keys].flatMap((key) => this.#jobs.get(key) ?? []).map((job) => ({ key: keyOf(job), mountPoint: job.mountPoint }));
    for (const { key } of startable(
      entries(this.#waiting.keys()),
      entries(this.#running.keys()),
      this.#world.rules.limits.atOnce,
    )) {
      this.#waiting.delete(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    const job = this.#jobs.get(key) as Job;
    const { log, counters, now } = this.#world;
    const facts = { sender: job.sender, job: job.job, action: job.action, mountPoint: job.mountPoint };
    const started = now();
    log('info', 'job-started', facts);
    const error = await this.#attempt(key, job);
    const ended = now();
    const seconds = (ended.getTime() - started.getTime()) / 1000;
    counters.ended(job.action, error ? 'failed' : 'done', seconds);
    log(error ? 'error' : 'info', error ? 'job-failed' : 'job-done', { ...facts, seconds, ...error });
    await this.#apply(key, { type: 'ended', time: ended.toISOString(), ...(error && { error }) });
    this.#running.delete(key);
    if (++this.#ended % pruneEvery === 0) this.#prune();
    this.#startMore();
  }

  async #attempt(key: string, job: Job): Promise<Failure | undefined> {
    try {
      await this.#world.work(job, (volume) => this.#apply(key, { type: 'found', volume }));
      return undefined;
    } catch (e) {
      const { code, message, hint } = asDvmError(e);
      return { code, message, ...(hint !== undefined && { hint }) };
    }
  }

  #prune(): void {
    for (const key of forgettable([...this.#jobs.values()], this.#world.rules.history, this.#world.now())) {
      this.#jobs.delete(key);
      void this.#world.records.delete(key);
    }
  }
}
