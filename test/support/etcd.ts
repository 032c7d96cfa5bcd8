import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#daemon/log.js';
import type { Supervised } from '#daemon/supervise.js';
import { Etcd, type EtcdOptions } from '#etcd/client.js';
import { type EtcdServerOptions, socketEndpoint, startEtcd } from '#etcd/server.js';
import { inTmp } from './loop.js';

/** Why no etcd can be tested on this machine; undefined when it can. */
export const missingEtcd = existsSync('/usr/bin/etcd') ? undefined : '/usr/bin/etcd is not installed (etcd-server)';

/** An etcd in a directory of its own, and clients of it; all goes with the test. */
export class EtcdRig {
  readonly log: string[] = [];
  readonly #clients: Etcd[] = [];
  readonly #servers: Supervised[] = [];

  constructor(readonly dir: string) {}

  get runDirectory(): string {
    return join(this.dir, 'run');
  }

  async start(more: Partial<EtcdServerOptions> = {}): Promise<Supervised> {
    const log: Log = (_, event, facts) => void this.log.push(`${event} ${JSON.stringify(facts)}`);
    const dataDirectory = join(this.dir, 'data');
    const server = await startEtcd({ name: 'test', dataDirectory, runDirectory: this.runDirectory, ...more }, log);
    this.#servers.push(server);
    return server;
  }

  client(more: Partial<EtcdOptions> = {}): Etcd {
    const etcd = new Etcd({ endpoints: [socketEndpoint(this.runDirectory)], ...more });
    this.#clients.push(etcd);
    return etcd;
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const server of this.#servers) await server.stop();
  }
}

export function withEtcd<T>(work: (rig: EtcdRig) => Promise<T>): Promise<T> {
  return inTmp(async (dir) => {
    mkdirSync(join(dir, 'run'), { mode: 0o700 });
    const rig = new EtcdRig(dir);
    try {
      return await work(rig);
    } finally {
      await rig.end();
    }
  });
}
