import { findProgram } from '#blockdev/system-program.js';
import type { Log } from '#daemon/log.js';
import { Supervised } from '#daemon/supervise.js';
import { argumentsOf } from '#etcd/server.js';
import { makeDirectories } from '#tool/directories.js';
import { fail } from '#tool/errors.js';
import type { CredentialFiles } from '../transport/identity.js';
import type { NodeState } from './documents.js';
import type { NodeDisk } from './node-state.js';

/** Where a node's member listens: for clients, and for the other members. */
export interface Urls {
  client: string;
  peer: string;
}

/** Members wait for each other, for as long as it takes: an etcd without a quorum is left running. */
const patience = { start: 15_000, stop: 10_000 };

/**
 * Starts the etcd that a node's state names, and keeps it running. TLS on both sides, for clients and members alike.
 *
 * @param files PEM, read anew by etcd when they change
 * @throws DvmError `no-etcd` (exit 69); `not-ready` (exit 69) it ends at once
 */
export async function startMember(
  disk: NodeDisk,
  member: NonNullable<NodeState['member']>,
  urls: Urls,
  files: CredentialFiles,
  log: Log,
): Promise<Supervised> {
  const file = findProgram('etcd');
  if (file === undefined)
    throw fail('unavailable', 'no-etcd', 'program "etcd" is not on this machine', { hint: 'install the package etcd-server' });
  makeDirectories(disk.directory, 0o700);
  const listens = [
    ...['--listen-client-urls', urls.client, '--advertise-client-urls', urls.client],
    ...['--listen-peer-urls', urls.peer, '--initial-advertise-peer-urls', urls.peer],
    ...['--initial-cluster', member.cluster, '--initial-cluster-state', member.state],
    ...tlsArguments(files),
  ];
  const name = member.name;
  const args = argumentsOf({ name, dataDirectory: disk.dataOf(name), runDirectory: disk.directory, cluster: listens });
  const env = process.arch === 'x64' ? {} : { ETCD_UNSUPPORTED_ARCH: process.arch };
  const ready = () => answersTcp(urls.client);
  const supervised = new Supervised({ name: 'etcd', file, args, directory: disk.directory, env, ready, patience }, log);
  await supervised.start();
  return supervised;
}

function tlsArguments({ ca, cert, key, crl }: CredentialFiles): string[] {
  const of = (prefix: string) => [
    ...[`--${prefix}cert-file`, cert, `--${prefix}key-file`, key, `--${prefix}trusted-ca-file`, ca],
    `--${prefix}client-cert-auth`,
  ];
  // the lists of revoked certificates take effect at each new connection
  const revoked = crl === undefined ? [] : ['--client-crl-file', crl, '--peer-crl-file', crl];
  return [...of(''), ...of('peer-'), ...revoked];
}

async function answersTcp(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const { connect } = await import('node:net');
  return new Promise((done) => {
    const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''), () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}
