import type { Etcd } from '#etcd/client.js';
import { put } from '#etcd/kv.js';
import { grant, keepAlive, revoke } from '#etcd/lease.js';
import { canonical } from '#tool/json.js';
import { keys, type Report } from './documents.js';
import type { Urls } from './etcd-member.js';
import type { Membership } from './membership.js';

/** Seconds after which a node that is silent is not counted on. */
const silence = 10;
const renewal = 3000;

/** Keeps a node's report in etcd, as long as the node can. */
export class Reporter {
  readonly #etcd: Etcd;
  readonly #now: () => number;
  #lease: { id: string; renewed: number } | undefined;
  #told = '';

  constructor(etcd: Etcd, now: () => number) {
    this.#etcd = etcd;
    this.#now = now;
  }

  /** @throws DvmError as `Etcd.ask` */
  async tell(report: Report): Promise<void> {
    const text = canonical(report);
    if (this.#lease && this.#now() - this.#lease.renewed >= renewal) {
      const left = await keepAlive(this.#etcd, this.#lease.id);
      this.#lease = left > 0 ? { id: this.#lease.id, renewed: this.#now() } : undefined;
    }
    if (this.#lease && text === this.#told) return;
    this.#lease ??= { id: await grant(this.#etcd, silence), renewed: this.#now() };
    await put(this.#etcd, keys.report(report.node), text, this.#lease.id);
    this.#told = text;
  }

  async end(): Promise<void> {
    if (this.#lease) await revoke(this.#etcd, this.#lease.id).catch(() => {});
  }
}

/** What a node tells of itself. Who hears nothing of the fleet takes nobody for dead. */
export function reportOf({ self, dead, current }: Membership, { peer, client }: Urls, holds: string | undefined): Report {
  const gone = current ? [...dead.keys()].sort() : [];
  return {
    ...{ kind: 'datastore-report', version: 1, node: self, peerUrl: peer, clientUrl: client, dead: gone },
    ...(holds !== undefined && { holds }),
  };
}
