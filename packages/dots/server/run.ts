import { dirname, join } from 'node:path';
import { listenOn, type ServerTls } from '#daemon/listen.js';
import type { Log } from '#daemon/log.js';
import { holdAlone } from '#daemon/single.js';
import { newId } from '#documents/ids.js';
import { Etcd, type EtcdOptions } from '#etcd/client.js';
import { status } from '#etcd/cluster.js';
import { type EtcdServerOptions, socketEndpoint, startEtcd } from '#etcd/server.js';
import { makeDirectories } from '#tool/directories.js';
import { fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import { version } from '#tool/version.js';
import type { Keys } from './auth.js';
import { Counters } from './counters.js';
import { rpcHandler } from './handler.js';
import type { House } from './house.js';
import { Register } from './register.js';
import { type RemoteRules, Transfers } from './transfers.js';
import type { Verbs } from './verbs.js';

export interface ServerOptions {
  verbs: Verbs;
  /** The cluster to keep the register in, or an etcd to start with its state in a directory. */
  etcd: EtcdOptions | { directory: string };
  /** Begins the register's keys; ends in a slash. */
  prefix: string;
  /** Path of the socket. */
  socket: string;
  tcp: { host: string; port: number; keys: Keys; tls: ServerTls | undefined } | undefined;
  /** For sockets, locks and secrets of transfers under way: short-lived storage. */
  runDirectory: string;
  /** Where others reach this server. */
  addresses: readonly string[];
  author: string;
  remotes: RemoteRules;
  /** Milliseconds between two looks at what other programs have changed. */
  reconcileEvery: number;
}

export interface Running {
  server: string;
  /** Ends what runs, so that the next start goes on with it. What is mounted stays. */
  stop(): Promise<void>;
}

const alone = 'one dot-server runs at a time on a machine; give another one a run directory of its own';

/**
 * Starts the server: its etcd if it has one, the register made what the group says, transfers gone on with, then it listens.
 *
 * @throws DvmError `running-already` (exit 75); those of `startEtcd`, `Etcd.ask`, `listenOn`, and of reading the group
 */
export async function startServer(options: ServerOptions, log: Log): Promise<Running> {
  const closers: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    makeDirectories(dirname(options.runDirectory), 0o755);
    makeDirectories(options.runDirectory, 0o700);
    closers.push(holdAlone(join(options.runDirectory, 'lock'), alone));
    const etcd = await openEtcd(options, log, closers);
    const { house, server } = await furnish(options, etcd, log, closers);
    await openDoors(options, house, etcd, log, closers);
    return { server, stop };
  } catch (e) {
    await stop();
    throw e;
  }
}

type Closers = (() => Promise<void> | void)[];

async function openEtcd({ etcd: given, runDirectory }: ServerOptions, log: Log, closers: Closers): Promise<Etcd> {
  let endpoints = given;
  if ('directory' in endpoints) {
    const own: EtcdServerOptions = { name: 'dots', dataDirectory: endpoints.directory, runDirectory: join(runDirectory, 'etcd') };
    const supervised = await startEtcd(own, log);
    closers.push(() => supervised.stop());
    endpoints = { endpoints: [socketEndpoint(own.runDirectory)] };
  }
  const etcd = new Etcd(endpoints);
  closers.push(() => etcd.close());
  return etcd;
}

async function furnish(
  options: ServerOptions,
  etcd: Etcd,
  log: Log,
  closers: Closers,
): Promise<{ house: House; server: string }> {
  const { verbs, prefix, addresses, author, remotes, runDirectory } = options;
  const server = (await verbs.read()).group.id;
  const register = new Register({ etcd, prefix, server, addresses, read: () => verbs.read() });
  await register.reconcile();
  const transfers = new Transfers({
    ...{ etcd, prefix: `${register.own}transfer/`, server, verbs, remotes, directory: join(runDirectory, 'transfers') },
    ...{ newId: () => newId(), now: () => Date.now(), log, changed: () => register.reconcile() },
  });
  await transfers.resume();
  closers.push(() => transfers.stop(), keepReconciled(register, options.reconcileEvery, log));
  return { house: { verbs, register, transfers, author, version }, server };
}

/** Other programs change the group too. */
function keepReconciled(register: Register, every: number, log: Log): () => void {
  const look = (): void => {
    register.reconcile().then(
      (changes) => changes > 0 && log('info', 'register-changed', { changes }),
      (e: unknown) => log('warning', 'register-behind', { message: asDvmError(e).message }),
    );
  };
  const timer = setInterval(look, every);
  return () => clearInterval(timer);
}

async function openDoors(
  { socket, tcp, verbs }: ServerOptions,
  house: House,
  etcd: Etcd,
  log: Log,
  closers: Closers,
): Promise<void> {
  const counters = new Counters();
  const health = async (): Promise<void> => {
    if ((await status(etcd)).leader === '0') throw fail('unavailable', 'etcd-unavailable', 'etcd has no leader');
    await verbs.read();
  };
  const common = { house, counters, log, health };
  closers.push(await listenOn(socket, rpcHandler({ ...common, keys: undefined })));
  if (!tcp) return;
  const { host, port, keys, tls } = tcp;
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  closers.push(await listenOn(address, rpcHandler({ ...common, keys }), tls));
}
