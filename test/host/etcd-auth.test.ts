import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Etcd } from '#etcd/client.js';
import { get, put, txn } from '#etcd/kv.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { freePort } from '#test/support/dvs.js';
import { type EtcdRig, missingEtcd, withEtcd } from '#test/support/etcd.js';
import { TestCa } from '#test/support/test-ca.js';
import type { DvmError } from '#tool/errors.js';

/** Who may ask: users with passwords, certificates. */
const test = suite('etcd: who may ask');

async function addUser(root: Etcd, name: string, prefix: string): Promise<void> {
  const key = Buffer.from(prefix).toString('base64');
  const range_end = Buffer.from(`${prefix.slice(0, -1)}0`).toString('base64'); // `0` comes after `/`
  await root.ask('/v3/auth/user/add', { name, password: 'secret' }, true);
  await root.ask('/v3/auth/role/add', { name }, true);
  await root.ask('/v3/auth/role/grant', { name, perm: { permType: 'READWRITE', key, range_end } }, true);
  await root.ask('/v3/auth/user/grant', { user: name, role: name }, true);
}

async function enable(rig: EtcdRig): Promise<void> {
  const etcd = rig.client();
  await etcd.ask('/v3/auth/user/add', { name: 'root', password: 'rootsecret' }, true);
  await etcd.ask('/v3/auth/role/add', { name: 'root' }, true);
  await etcd.ask('/v3/auth/user/grant', { user: 'root', role: 'root' }, true);
  await addUser(etcd, 'node1', 'nodes/node1/');
  await etcd.ask('/v3/auth/enable', {}, true);
}

test('a user writes where it may, and nowhere else; without one, or with a wrong password, nobody does', () =>
  withEtcd(async (rig) => {
    await rig.start();
    await enable(rig);
    const node = rig.client({ user: { name: 'node1', password: 'secret' } });
    await put(node, 'nodes/node1/state', 'up');
    assert.ok((await txn(node, [{ key: 'nodes/node1/state', value: 'up' }], [{ delete: 'nodes/node1/state' }])).succeeded);
    for (const [client, code] of [
      [node, 'etcd-permission'],
      [rig.client({ user: { name: 'node1', password: 'wrong' } }), 'etcd-failed'],
      [rig.client(), 'etcd-failed'],
    ] as const)
      assert.is((await thrown<DvmError>(() => put(client, 'nodes/node2/state', 'down'))).code, code);
  }));

test('a token that etcd forgot with a restart is got again', () =>
  withEtcd(async (rig) => {
    const server = await rig.start();
    await enable(rig);
    const node = rig.client({ user: { name: 'node1', password: 'secret' } });
    await put(node, 'nodes/node1/a', '1');
    await server.stop();
    await rig.start();
    assert.is((await get(node, 'nodes/node1/a'))?.value, '1');
  }));

test('over TLS, for who has a certificate of the same authority', () =>
  withEtcd(async (rig) => {
    const ca = new TestCa(rig.dir);
    const [server, client] = [ca.issue('server'), ca.issue('client')];
    const [port, peer] = [await freePort(), `http://127.0.0.1:${await freePort()}`];
    const url = `https://127.0.0.1:${port}`;
    const pem = (path: string): Buffer => readFileSync(path);
    const plain = join(rig.runDirectory, 'health:1');
    await rig.start({
      cluster: [
        ...['--listen-client-urls', `${url},unix://health:1`, '--advertise-client-urls', url, '--client-cert-auth'],
        ...['--trusted-ca-file', server.ca, '--cert-file', server.cert, '--key-file', server.key],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `test=${peer}`],
      ],
      endpoint: `unix:${plain}`,
    });
    const endpoints = [url];
    const known = rig.client({ endpoints, tls: { ca: pem(client.ca), cert: pem(client.cert), key: pem(client.key) } });
    // the certificate names no address, as a fleet's do
    const e = await thrown<DvmError>(() => put(known, 'k', 'v'));
    assert.match(e.message, /does not match certificate/);
    const stranger = rig.client({ endpoints, tls: { ca: pem(client.ca) } });
    assert.is((await thrown<DvmError>(() => put(stranger, 'k', 'v'))).code, 'etcd-unavailable');
  }));

if (missingEtcd === undefined) test.run();
else skipped(1, missingEtcd);
