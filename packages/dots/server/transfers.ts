import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#daemon/log.js';
import type { Etcd } from '#etcd/client.js';
import { put, range, remove } from '#etcd/kv.js';
import { makeDirectories } from '#tool/directories.js';
import { fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import { canonical, parseJson } from '#tool/json.js';
import { dotNamed, findBranch } from '../state/find.js';
import type { Remote } from '../transfer/content.js';
import { localOf, referenceOf, type TransferOrder } from './transfer-request.js';
import { failed, finished, isFor, isOver, newTransfer, progressed, type TransferRecord, transferType } from './transfer-state.js';
import type { Verbs } from './verbs.js';

/** How registries are reached, by host: what the config says. */
export type RemoteRules = Readonly<Record<string, Omit<Remote, 'reference'>>>;

export interface TransfersOptions {
  etcd: Etcd;
  /** Begins the keys of transfers; ends in a slash. */
  prefix: string;
  server: string;
  verbs: Verbs;
  remotes: RemoteRules;
  /** Where the secrets of transfers under way are: in short-lived storage. */
  directory: string;
  newId(): string;
  /** Milliseconds since 1970. */
  now(): number;
  log: Log;
  /** Called when a transfer has changed what there is. */
  changed(): Promise<unknown>;
}

/** Transfers that are over are kept, so that clients learn how they ended; so many of them. */
const kept = 1000;

/** Milliseconds between two notes of how far a transfer is. */
const pace = 500;

/** Transfers, one after another started and at the same time under way. etcd has them all, so that a restart goes on with them. */
export class Transfers {
  readonly #o: TransfersOptions;
  readonly #records = new Map<string, TransferRecord>();
  #written: Promise<void> = Promise.resolve();
  readonly #running = new Map<string, { stop: AbortController; done: Promise<void> }>();

  constructor(options: TransfersOptions) {
    this.#o = options;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Reads what is known of, and goes on with what is not over. */
  async resume(): Promise<void> {
    makeDirectories(this.#o.directory, 0o700);
    const { keys } = await range(this.#o.etcd, { prefix: this.#o.prefix });
    for (const { key, value } of keys) {
      try {
        const record = transferType.parse(parseJson(value, key), key);
        this.#records.set(record.TransferRequestId, record);
      } catch (e) {
        // one that cannot be read must not keep all the others from going on
        this.#o.log('warning', 'transfer-unreadable', { key, message: asDvmError(e).message });
      }
    }
    for (const record of this.#records.values()) if (!isOver(record)) this.#run(record);
    await this.#forgetOld();
  }

  /**
   * Returns its id at once, when it is known to be kept. One that does the same and is under way is enough.
   *
   * @throws DvmError `bad-document` (exit 65) what is asked is longer than what is kept; those of etcd
   */
  async start({ request, apiKey }: TransferOrder): Promise<string> {
    const same = [...this.#records.values()].find((r) => !isOver(r) && isFor(r, request));
    if (same) return same.TransferRequestId;
    const id = this.#o.newId();
    const asked = newTransfer(id, request, this.#o.server, this.#o.now());
    const record = transferType.parse(asked, 'transfer'); // what is kept must be readable after a restart
    if (apiKey !== '') writeFileSync(this.#secretOf(id), `${request.User || 'admin'}:${apiKey}\n`, { mode: 0o600 });
    await this.#keep(record).catch((e: unknown) => {
      this.#records.delete(id);
      rmSync(this.#secretOf(id), { force: true });
      throw e;
    });
    this.#run(record);
    return id;
  }

  /** @throws DvmError `no-transfer` (exit 80) */
  get(id: string): TransferRecord {
    const record = this.#records.get(id);
    if (record) return record;
    throw fail('notFound', 'no-transfer', `no transfer has the id "${id.slice(0, 64)}"`);
  }

  /** Leaves all that is under way to the next start. */
  async stop(): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #run(record: TransferRecord): void {
    const stop = new AbortController();
    const done = this.#toItsEnd(record, stop.signal).finally(() => this.#running.delete(record.TransferRequestId));
    this.#running.set(record.TransferRequestId, { stop, done });
  }

  async #toItsEnd(record: TransferRecord, signal: AbortSignal): Promise<void> {
    const { log, now } = this.#o;
    const id = record.TransferRequestId;
    try {
      await this.#transfer(record, signal);
      if (record.Direction === 'pull') await this.#o.changed();
      const { state } = await this.#o.verbs.read();
      const local = localOf(record);
      const dot = dotNamed(state, local);
      await this.#keep(finished(this.get(id), dot ? findBranch(dot, local.branch).id : '', now()));
    } catch (e) {
      if (signal.aborted) return;
      const { code, message } = asDvmError(e);
      log('warning', 'transfer-failed', { transfer: id, code, message });
      await this.#keep(failed(this.get(id), `${message} (${code})`, now())).catch(() => {});
    }
    rmSync(this.#secretOf(id), { force: true });
  }

  async #transfer(record: TransferRecord, signal: AbortSignal): Promise<void> {
    const { verbs } = this.#o;
    const dot = localOf(record);
    const common = { dot, remote: this.#remoteOf(record), signal, onProgress: this.#teller(record.TransferRequestId) };
    const branch = record.RemoteBranchName || undefined;
    const commit = record.TargetCommit || undefined;
    if (record.Direction === 'push')
      return verbs.push({ ...common, ...(commit && { commit }), ...(branch && { remoteBranch: branch }) });
    const known = dotNamed((await verbs.read()).state, dot);
    // seeded by an earlier run of this very transfer: what has been pushed since is not asked for
    if (record.Seed && known?.seed?.from === common.remote.reference) return;
    if (known && commit)
      throw fail('usage', 'no-target-commit', `a pull brings a branch to its head in the registry, not to commit "${commit}"`);
    if (known)
      return verbs.pull({
        ...common,
        ...(branch && { remoteBranch: branch }),
        stash: record.StashDivergence,
        lazy: record.Lazy,
      });
    return verbs.clone({ ...common, ...(branch && { branch }), ...(commit && { commit }), lazy: record.Lazy, seed: record.Seed });
  }

  /** The secret that the client gave goes before what the config has for the registry. */
  #remoteOf(record: TransferRecord): Remote {
    const reference = referenceOf(record);
    const host = reference.slice(0, reference.indexOf('/'));
    const rules = this.#o.remotes[host] ?? { auth: { kind: 'anonymous' as const } };
    const path = this.#secretOf(record.TransferRequestId);
    return { ...rules, reference, ...(existsSync(path) && { auth: { kind: 'credentials' as const, path } }) };
  }

  /** Notes how far a transfer is, in memory each time and in etcd now and then. */
  #teller(id: string) {
    let last = 0;
    return (progress: Parameters<typeof progressed>[1]): void => {
      const now = this.#o.now();
      const record = progressed(this.get(id), progress, now);
      this.#records.set(id, record);
      if (now - last < pace) return;
      last = now;
      this.#keep(record).catch((e: Error) => this.#o.log('warning', 'transfer-not-kept', { transfer: id, message: e.message }));
    };
  }

  /** One after another: what is known last is written last. */
  #keep(record: TransferRecord): Promise<void> {
    this.#records.set(record.TransferRequestId, record);
    const write = async (): Promise<void> =>
      void (await put(this.#o.etcd, this.#o.prefix + record.TransferRequestId, canonical(record)));
    const written = this.#written.then(write, write);
    this.#written = written.catch(() => {});
    return written;
  }

  async #forgetOld(): Promise<void> {
    const over = [...this.#records.values()].filter(isOver).sort((a, b) => a.started - b.started);
    for (const { TransferRequestId: id } of over.slice(0, Math.max(0, over.length - kept))) {
      await remove(this.#o.etcd, this.#o.prefix + id);
      this.#records.delete(id);
    }
  }

  #secretOf(id: string): string {
    return join(this.#o.directory, `${id}.credentials`);
  }
}
