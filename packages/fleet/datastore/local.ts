import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#daemon/log.js';
import type { Supervised } from '#daemon/supervise.js';
import type { CredentialFiles } from '../transport/identity.js';
import type { Intent, NodeState } from './documents.js';
import { startMember, type Urls } from './etcd-member.js';
import type { Gathered } from './gather.js';
import type { NodeDisk } from './node-state.js';

export interface LocalOptions {
  self: string;
  disk: NodeDisk;
  urls: Urls;
  files: CredentialFiles;
  log: Log;
}

/** The etcd of this node: runs while the datastore counts it as a member, and is begun anew, empty, when it is to be another. */
export class LocalMember {
  readonly #options: LocalOptions;
  #state: NodeState;
  #running: Supervised | undefined;

  constructor(options: LocalOptions) {
    this.#options = options;
    this.#state = options.disk.read();
    options.disk.keepOnly(this.#state.member?.name);
  }

  /** The name of the member that this node is; undefined: it carries nothing. */
  get holds(): string | undefined {
    return this.#state.member?.name;
  }

  /** Without its log, its identity must never start again: it would have forgotten what it has agreed to. */
  get hasData(): boolean {
    return this.holds !== undefined && existsSync(join(this.#options.disk.dataOf(this.holds), 'member', 'wal'));
  }

  get state(): NodeState {
    return this.#state;
  }

  /** @throws DvmError of `startMember` */
  async start(): Promise<void> {
    const { disk, urls, files, log } = this.#options;
    if (this.#state.member && !this.#running) this.#running = await startMember(disk, this.#state.member, urls, files, log);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  /**
   * Follows what the cluster has agreed on.
   *
   * @returns whether this node has become, or ceased to be, a member
   */
  async follow({ intent, members, endpoints }: Pick<Gathered, 'intent' | 'members' | 'endpoints'>): Promise<boolean> {
    if (endpoints.length > 0 && endpoints.join() !== this.#state.endpoints.join()) this.#keep({ ...this.#state, endpoints });
    // an intent may be of a cluster that is lost, and out of a backup
    if (this.#isCandidate(intent) && members.some((m) => m.learner && m.id === intent.added.id)) {
      await this.#become({ name: intent.candidate.name, cluster: intent.added.cluster, state: 'existing' });
      return true;
    }
    const counts = members.some((m) => m.name === this.holds) || intent?.candidate?.name === this.holds;
    if (this.holds === undefined || counts) return false;
    await this.giveUp();
    return true;
  }

  /** The rules that it was to begin with are written. */
  begun(): void {
    const { begin: _, ...rest } = this.#state;
    this.#keep(rest);
  }

  /** This node was removed, or has lost what it knew: it is never again the member that it was. */
  async giveUp(): Promise<void> {
    this.#options.log('warning', 'member-given-up', { member: this.holds });
    await this.stop();
    const { member, begin: _, ...rest } = this.#state;
    if (member) this.#options.disk.setAside(member.name);
    this.#keep(rest);
  }

  #isCandidate(intent: Intent | undefined): intent is Intent & Required<Pick<Intent, 'candidate' | 'added'>> {
    const candidate = intent?.candidate;
    return candidate?.node === this.#options.self && intent?.added !== undefined && candidate.name !== this.holds;
  }

  /** What is begun with an empty directory is written down first: after a crash it is begun again under the same name. */
  async #become(member: NonNullable<NodeState['member']>): Promise<void> {
    await this.stop();
    this.#keep({ ...this.#state, member });
    this.#options.disk.keepOnly(member.name);
    this.#options.log('info', 'member-begun', { member: member.name });
    await this.start();
  }

  #keep(state: NodeState): void {
    this.#options.disk.write(state);
    this.#state = state;
  }
}
