import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runSystemProgram } from '#blockdev/system-program.js';
import { holdAlone } from '#daemon/single.js';
import { fail } from '#tool/errors.js';
import { newMemberName } from './documents.js';
import type { Urls } from './etcd-member.js';
import { NodeDisk } from './node-state.js';

/**
 * Makes this node the only member of a datastore that holds what a backup holds. What was written after the backup is lost, so that an
 * operator decides on it, never a program: when more than half of the members are gone for good.
 *
 * @returns the member's name
 * @throws DvmError `no-backup` (exit 66); `running-already` (exit 75); `has-data` (exit 81) this node carries a member, and `force` is not given;
 *   `etcdctl-failed` (exit 74) the file is broken
 */
export async function restore(directory: string, node: string, urls: Urls, file: string, force: boolean): Promise<string> {
  if (!existsSync(file)) throw fail('noInput', 'no-backup', `there is no backup "${file}"`);
  const disk = new NodeDisk(directory);
  const release = holdAlone(join(directory, 'lock'), 'datastore run works on this directory: end it first');
  try {
    return await restoreTo(disk, node, urls, file, force);
  } finally {
    release();
  }
}

async function restoreTo(disk: NodeDisk, node: string, urls: Urls, file: string, force: boolean): Promise<string> {
  const { member } = disk.read();
  if (member && !force)
    throw fail('exists', 'has-data', `this node carries the member "${member.name}", whose data may be newer than the backup`, {
      hint: 'if its cluster can never have a quorum again: --force',
    });
  const name = newMemberName(node);
  const cluster = `${name}=${urls.peer}`;
  try {
    await runSystemProgram({
      ...snapshotRestore(),
      args: argumentsOf(file, name, cluster, urls.peer, disk.dataOf(name)),
      subject: file,
    });
  } catch (e) {
    rmSync(disk.dataOf(name), { recursive: true, force: true });
    throw e;
  }
  disk.write({ kind: 'datastore-node', version: 1, endpoints: [], member: { name, cluster, state: 'new' } });
  disk.keepOnly(name);
  return name;
}

/** From 3.5 on it is `etcdutl` that restores; in 3.6 `etcdctl` no longer can. */
function snapshotRestore() {
  const newer = existsSync('/usr/bin/etcdutl');
  return { name: newer ? 'etcdutl' : 'etcdctl', from: 'etcd-client', environment: { ETCDCTL_API: '3' } };
}

function argumentsOf(file: string, name: string, cluster: string, peer: string, data: string): string[] {
  const member = ['--name', name, '--initial-cluster', cluster, '--initial-advertise-peer-urls', peer];
  // a token of its own: members of the lost cluster that come back do not take it for theirs
  return ['snapshot', 'restore', file, ...member, '--initial-cluster-token', name, '--data-dir', data];
}
