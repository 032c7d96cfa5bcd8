import { join } from 'node:path';
import { holdAlone } from '#daemon/single.js';
import { fail } from '#tool/errors.js';
import { readFileOrFail } from '#tool/stdio.js';
import { endpointOf } from '../transport/client.js';
import { nameInCertificate } from '../transport/identity.js';
import { newMemberName } from './documents.js';
import type { Urls } from './etcd-member.js';
import { NodeDisk } from './node-state.js';

/**
 * Makes a node the first member of a new datastore: on its disk, until `datastore run` starts it.
 *
 * @returns the member's name
 * @throws DvmError `has-data` (exit 81) it carries a member already; `running-already` (exit 75); those of `nameInCertificate`
 */
export async function begin(directory: string, cert: string, peer: string, wanted: number): Promise<string> {
  if (wanted < 1 || wanted > 9) throw fail('usage', 'bad-count', `${wanted} is no number of members: from 1 to 9`);
  const disk = new NodeDisk(directory);
  const release = holdAlone(join(directory, 'lock'), 'datastore run works on this directory: end it first');
  try {
    const state = disk.read();
    if (state.member) throw fail('exists', 'has-data', `this node carries the member "${state.member.name}" already`);
    const name = newMemberName(nameIn(cert));
    const member = { name, cluster: `${name}=${peerUrl(peer)}`, state: 'new' } as const;
    disk.write({ ...state, member, begin: { wanted } });
    return name;
  } finally {
    release();
  }
}

/** The node that a certificate is of. */
export function nameIn(cert: string): string {
  return nameInCertificate(readFileOrFail(cert), cert);
}

/** @throws DvmError of `endpointOf` */
export function urlsOf(client: string, peer: string): Urls {
  endpointOf(client);
  return { client: `https://${client}`, peer: peerUrl(peer) };
}

function peerUrl(peer: string): string {
  endpointOf(peer);
  return `https://${peer}`;
}
