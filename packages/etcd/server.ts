import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '#blockdev/system-program.js';
import type { Log } from '#daemon/log.js';
import { Supervised } from '#daemon/supervise.js';

import { makeDirectories } from '#tool/directories.js';
import { fail } from '#tool/errors.js';
import { Etcd } from './client.js';
import { status } from './cluster.js';

export interface EtcdServerOptions {
  /** What the cluster's members know it by. */
  name: string;
  /** Where its state is; made for root alone, by etcd itself. */
  dataDirectory: string;
  /** Where its sockets are, in short-lived storage; made for root alone. */
  runDirectory: string;
  /** The program, if it is not the `etcd` of the system. */
  program?: string | undefined;
  /** Where it listens and whom it knows; by default it is alone, on sockets. */
  cluster?: readonly string[] | undefined;
  /** Asked whether it answers; by default its own socket. */
  endpoint?: string | undefined;
  patience?: { start: number; stop: number } | undefined;
}

/** The endpoint of an etcd that is alone on sockets in a directory. */
export function socketEndpoint(runDirectory: string): string {
  return `unix:${join(runDirectory, clientSocket)}`;
}

/** Debian's etcd takes sockets as `unix://NAME:PORT` alone, and makes the file NAME:PORT in its working directory. */
const clientSocket = 'client:2379';
const peerSocket = 'peer:2380';

/**
 * Starts an etcd, waits until it answers as a member with a leader, and keeps it running until it is stopped.
 *
 * @throws DvmError `no-etcd` (exit 69) it is not installed; `not-ready` (exit 69) it ended or did not answer in time
 */
export async function startEtcd(options: EtcdServerOptions, log: Log): Promise<Supervised> {
  const { runDirectory, patience = { start: 30_000, stop: 10_000 } } = options;
  makeDirectories(runDirectory, 0o700);
  const supervised = new Supervised(
    {
      name: 'etcd',
      file: options.program ?? installed(),
      args: argumentsOf(options),
      directory: runDirectory,
      // 3.4 asks for it wherever it was not tested much, arm64 among them
      env: process.arch === 'x64' ? {} : { ETCD_UNSUPPORTED_ARCH: process.arch },
      // etcd does not replace the socket of one that was killed
      before: () => {
        for (const socket of [clientSocket, peerSocket]) rmSync(join(runDirectory, socket), { force: true });
      },
      ready: () => hasLeader(options.endpoint ?? socketEndpoint(runDirectory)),
      patience,
    },
    log,
  );
  await supervised.start();
  return supervised;
}

async function hasLeader(endpoint: string): Promise<boolean> {
  const etcd = new Etcd({ endpoints: [endpoint], timeout: 1000 });
  try {
    return (await status(etcd)).leader !== '0';
  } finally {
    etcd.close();
  }
}

export function argumentsOf({ name, dataDirectory, cluster = alone(name) }: EtcdServerOptions): string[] {
  const compaction = ['--auto-compaction-mode', 'periodic', '--auto-compaction-retention', '1h'];
  const quiet = ['--logger', 'zap', '--log-outputs', 'stderr', '--log-level', 'warn'];
  return ['--name', name, '--data-dir', dataDirectory, ...cluster, ...compaction, ...quiet];
}

/** Nobody else has a say in an election, so it need not wait long for one. */
function alone(name: string): string[] {
  const [client, peer] = [`unix://${clientSocket}`, `unix://${peerSocket}`];
  return [
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `${name}=${peer}`],
    ...['--heartbeat-interval', '20', '--election-timeout', '200'],
  ];
}

function installed(): string {
  const path = findProgram('etcd');
  if (path === undefined)
    throw fail('unavailable', 'no-etcd', 'program "etcd" is not on this machine', { hint: 'install the package etcd-server' });
  return path;
}
