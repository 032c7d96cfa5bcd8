import { join } from 'node:path';
import { callServer } from '#dots/server/client.js';
import { type ServerOptions, startServer } from '#dots/server/run.js';
import { Etcd } from '#etcd/client.js';
import { range } from '#etcd/kv.js';
import { socketEndpoint } from '#etcd/server.js';
import type { Json } from '#tool/json.js';
import { MemoryDots } from './dot-verbs.js';
import { inTmp } from './loop.js';

/** A dot server with an etcd of its own and dots in memory, in a directory that goes with the test. */
export class House {
  readonly dots = new MemoryDots();
  readonly log: string[] = [];
  #stop: (() => Promise<void>) | undefined;

  constructor(readonly dir: string) {}

  get socket(): string {
    return join(this.dir, 'rpc.sock');
  }

  async start(more: Partial<ServerOptions> = {}): Promise<void> {
    const own: ServerOptions = {
      ...{
        verbs: this.dots,
        etcd: { directory: join(this.dir, 'data') },
        prefix: 'dvm/dots/',
        socket: this.socket,
        tcp: undefined,
      },
      ...{ runDirectory: join(this.dir, 'run'), addresses: ['10.0.0.1:32607'], author: 'me', remotes: {}, reconcileEvery: 50 },
    };
    const { stop } = await startServer({ ...own, ...more }, (_, event, facts) =>
      this.log.push(`${event} ${JSON.stringify(facts)}`),
    );
    this.#stop = stop;
  }

  async stop(): Promise<void> {
    const stop = this.#stop;
    this.#stop = undefined;
    await stop?.();
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  call(method: string, params: Json = null): Promise<any> {
    return callServer(this.socket, method, params);
  }

  async keys(): Promise<string[]> {
    const etcd = new Etcd({ endpoints: [socketEndpoint(join(this.dir, 'run', 'etcd'))] });
    const { keys } = await range(etcd, { prefix: 'dvm/' });
    etcd.close();
    return keys.map(({ key }) => key.replace(/[a-z2-7]{20}/g, 'ID'));
  }
}

export function withHouse(work: (house: House) => Promise<void>): Promise<void> {
  return inTmp(async (dir) => {
    const house = new House(dir);
    try {
      await work(house);
    } finally {
      await house.stop();
    }
  });
}
