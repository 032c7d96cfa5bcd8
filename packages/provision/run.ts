import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockNamed } from '#blockdev/locks.js';
import type { Log } from '#daemon/log.js';
import { holdAlone } from '#daemon/single.js';
import { isServing } from '#dots/server/client.js';
import type { Config } from '#tool/config.js';
import { makeDirectories } from '#tool/directories.js';
import { DvmError, fail } from '#tool/errors.js';
import type { Json } from '#tool/json.js';
import type { Backend } from './backend.js';
import { ensureDot, mountDot } from './dot.js';
import type { Step, Tell } from './progress.js';
import { dotServer, type Places, placesIn, startState } from './server.js';
import type { Settings } from './settings.js';

export interface ProvisionOptions extends Settings {
  backend: Backend;
  poolName: string;
  lazy: boolean;
  /** Milliseconds. */
  patience: { devices: number; start: number; seed: number; lock: number };
  /** How the seed's registry is reached, apart from the credentials. */
  remote: { readonly [key: string]: Json };
  etcdProgram: string | undefined;
  config: Config | undefined;
  runDirectory: string;
  /** To stay: not where another one stays already. */
  daemon: boolean;
}

/** What is up once the steps are done. */
export interface Provisioned {
  path: string | undefined;
  /** Step 8: the server first, then etcd; waits for both. What is mounted for users stays. */
  stop(): Promise<void>;
}

const alone = 'a dm-provision --daemon runs: its server is used where it answers';

/**
 * The eight steps, each told. Two runs at once take turns; with a daemon that runs already its server is used, and left running.
 *
 * @throws DvmError those of the steps; what was started is stopped then
 */
export async function provision(options: ProvisionOptions, tell: Tell, log: Log, signal: AbortSignal): Promise<Provisioned> {
  makeDirectories(dirname(options.runDirectory), 0o755);
  makeDirectories(options.runDirectory, 0o700);
  const lock = await lockNamed('provisioning', 'the provisioning of this machine', { wait: options.patience.lock });
  const closers: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  if (!options.daemon) closers.push(() => lock.release()); // the next run must not find a server that is being stopped
  try {
    const places = placesIn(options.runDirectory);
    if (hold(places, closers, options.daemon)) await bringUp(options, places, closers, { tell, log, signal });
    else await othersServer(places, options.patience.start);
    const path = options.dot && (await dotAndMount(options, options.dot, places, tell, signal));
    return { path, stop };
  } catch (e) {
    await stop();
    throw e;
  } finally {
    if (options.daemon) lock.release();
  }
}

type Closers = (() => Promise<void> | void)[];

/** False where a daemon supervises already. @throws DvmError `running-already` (exit 75) for one that is to stay itself */
function hold({ supervisor }: Places, closers: Closers, daemon: boolean): boolean {
  try {
    closers.push(holdAlone(supervisor, alone));
    return true;
  } catch (e) {
    if (e instanceof DvmError && e.code === 'running-already' && !daemon) return false;
    throw e;
  }
}

async function othersServer({ socket }: Places, patience: number): Promise<void> {
  for (const deadline = performance.now() + patience; !(await isServing(socket)); await sleep(100))
    if (performance.now() > deadline)
      throw fail('busy', 'no-server', `another dm-provision runs, whose server did not answer at "${socket}" in ${patience} ms`);
}

interface Context {
  tell: Tell;
  log: Log;
  signal: AbortSignal;
}

/** Steps 1 to 5. */
async function bringUp(
  options: ProvisionOptions,
  places: Places,
  closers: Closers,
  { tell, log, signal }: Context,
): Promise<void> {
  const { backend, devices, patience, poolName } = options;
  const step = async <T>(name: Step, work: () => Promise<T>): Promise<T> => {
    if (signal.aborted) throw fail('aborted', 'told-to-end', `told to end before step "${name}"`);
    tell({ step: name, state: 'begun' });
    return work();
  };
  await step('pool', async () => {
    const state = await backend.pool(devices, performance.now() + patience.devices);
    tell({ step: 'pool', state, subject: poolName });
  });
  await step('state', async () => {
    const { directory, outcome } = await backend.mountState();
    closers.push(() => backend.unmountState());
    tell({ step: 'state', state: outcome, subject: directory });
  });
  await step('etcd', async () => {
    const etcd = await startState(places, options.etcdProgram, patience.start, log);
    closers.push(() => etcd.stop());
    tell({ step: 'etcd', state: 'done', subject: places.etcd });
  });
  const server = await step('server', async () => {
    makeDirectories(places.server, 0o700);
    const { seed, keyFiles, config } = options;
    const remotes = seed ? { [seed.host]: remoteOf(options) } : {};
    return dotServer(places, { pool: poolName, remotes, keyFiles, config }, patience.start, log);
  });
  await step('wait', async () => {
    closers.push(() => server.stop());
    await server.start();
    tell({ step: 'wait', state: 'done', subject: places.socket });
  });
}

function remoteOf({ remote, credentialsFile }: ProvisionOptions): Json {
  return { ...remote, ...(credentialsFile !== undefined && { credentialsFile }) };
}

/** Steps 6 and 7. */
async function dotAndMount(
  options: ProvisionOptions,
  dot: NonNullable<Settings['dot']>,
  { socket }: Places,
  tell: Tell,
  signal: AbortSignal,
): Promise<string> {
  const { seed, lazy, patience } = options;
  tell({ step: 'dot', state: 'begun', subject: dot.word.name });
  const state = await ensureDot({ socket, dot, seed, lazy, patience: patience.seed, signal, tell });
  tell({ step: 'dot', state, subject: dot.word.name });
  const path = await mountDot({ socket, dot });
  tell({ step: 'mount', state: 'done', subject: path });
  return path;
}
