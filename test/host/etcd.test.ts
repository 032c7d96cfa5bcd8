import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { members, refreshEndpoints, snapshot, status } from '#etcd/cluster.js';
import { get, put, range, remove, replace, txn } from '#etcd/kv.js';
import { grant, keepAlive, revoke } from '#etcd/lease.js';
import { watch } from '#etcd/watch.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { until } from '#test/support/dvs.js';
import { missingEtcd, withEtcd } from '#test/support/etcd.js';
import type { DvmError } from '#tool/errors.js';

/** The client against Debian's etcd. */
const test = suite('etcd');

test('what is put is there: one key, all of a prefix and nothing beside it, in order', () =>
  withEtcd(async (rig) => {
    await rig.start();
    const etcd = rig.client();
    for (const key of ['a/2', 'a/1', 'a0', 'a', 'a/ü/\u{1f4be}']) await put(etcd, key, `value of ${key}`);
    const { keys, revision } = await range(etcd, { prefix: 'a/' });
    assert.equal(
      keys.map(({ key, value }) => [key, value]),
      [
        ['a/1', 'value of a/1'],
        ['a/2', 'value of a/2'],
        ['a/ü/\u{1f4be}', 'value of a/ü/\u{1f4be}'],
      ],
    );
    assert.equal([await get(etcd, 'b'), (await get(etcd, 'a'))?.modified], [undefined, revision - 1]);
    assert.is((await range(etcd, { prefix: 'a' }, { limit: 2 })).keys.length, 2);
    assert.is((await range(etcd, { prefix: 'a' }, { revision: revision - 4 })).keys.length, 1, 'as it was before');
    assert.equal([await remove(etcd, { prefix: 'a/' }), await remove(etcd, 'nothing')], [3, 0]);
    assert.equal(
      (await range(etcd, { prefix: 'a' })).keys.map(({ key }) => key),
      ['a', 'a0'],
    );
  }));

test('a transaction is done when all compares hold, else its other half', () =>
  withEtcd(async (rig) => {
    await rig.start();
    const etcd = rig.client();
    const absent = [{ key: 'k', modified: 0 }];
    const first = await txn(etcd, absent, [{ put: 'k', value: '1' }, { range: 'k' }], [{ range: 'k' }]);
    const second = await txn(etcd, absent, [{ put: 'k', value: '2' }], [{ range: 'k' }]);
    assert.equal([first.succeeded, first.found[0]?.[0]?.value], [true, '1']);
    assert.equal([second.succeeded, second.found[0]?.[0]?.value], [false, '1']);
    const third = await txn(etcd, [...absent, { key: 'k', value: '1' }], [{ delete: { prefix: 'k' } }]);
    assert.is(third.succeeded, false);
    assert.is((await txn(etcd, [{ key: 'k', value: '1' }], [{ delete: { prefix: 'k' } }])).succeeded, true);
    assert.is(await get(etcd, 'k'), undefined);
  }));

test('a key is replaced only from what it was known to be', () =>
  withEtcd(async (rig) => {
    await rig.start();
    const etcd = rig.client();
    const made = await replace(etcd, 'k', undefined, 'a');
    assert.is((await replace(etcd, 'k', undefined, 'b'))?.value, 'a', 'it is there already');
    assert.is((await replace(etcd, 'k', made, 'c'))?.value, 'c');
    assert.is((await replace(etcd, 'k', made, 'd'))?.value, 'c', 'it has changed meanwhile');
  }));

test('a lease takes its keys with it; one that is gone says so', () =>
  withEtcd(async (rig) => {
    await rig.start();
    const etcd = rig.client();
    const lease = await grant(etcd, 60);
    await put(etcd, 'k', 'v', lease);
    assert.is((await get(etcd, 'k'))?.lease, lease);
    assert.is(await keepAlive(etcd, lease), 60);
    await revoke(etcd, lease);
    assert.is(await get(etcd, 'k'), undefined);
    await revoke(etcd, lease);
    assert.is(await keepAlive(etcd, lease), 0);
    assert.is((await thrown<DvmError>(() => put(etcd, 'k', 'v', lease))).code, 'etcd-not-found');
  }));

test('a watch misses nothing, not even when etcd is killed; a revision that is compacted is told', () =>
  withEtcd(async (rig) => {
    const server = await rig.start();
    const etcd = rig.client();
    const begin = await put(etcd, 'w/0', '');
    const told: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const { changes } of watch(etcd, { prefix: 'w/' }, begin, stop.signal))
        told.push(...changes.map((c) => `${c.kind} ${c.key}`));
    })();
    await put(etcd, 'w/1', '');
    await until(() => told.length === 2, 'both are told');
    process.kill(server.pid as number, 'SIGKILL');
    await until(() => server.restarts === 1 && rig.log.some((l) => l.startsWith('program-started')), 'etcd is up again');
    await remove(etcd, 'w/1');
    const last = await put(etcd, 'w/2', '');
    await until(() => told.length === 4, 'the others are told');
    stop.abort();
    await watching;
    assert.equal(told, ['put w/0', 'put w/1', 'delete w/1', 'put w/2']);
    await etcd.ask('/v3/kv/compaction', { revision: String(last) }, true);
    const late = watch(etcd, { prefix: 'w/' }, begin, new AbortController().signal);
    const e = await thrown<DvmError>(() => late.next());
    assert.equal([e.code, e.details], ['etcd-compacted', { compacted: last }]);
    assert.is((await thrown<DvmError>(() => range(etcd, 'w/0', { revision: begin }))).code, 'etcd-compacted');
  }));

test('status, members, and a snapshot that etcdctl can restore', () =>
  withEtcd(async (rig) => {
    await rig.start();
    const etcd = rig.client();
    await put(etcd, 'k', 'v');
    const { version, leader, size, learner, errors } = await status(etcd);
    assert.match(version, /^3\./);
    assert.ok(size > 0 && leader !== '0' && !learner && errors.length === 0);
    const [member] = await members(etcd);
    assert.equal([member?.name, member?.id, member?.clientUrls], ['test', leader, ['unix://client:2379']]);
    await refreshEndpoints(etcd);
    assert.is((await get(etcd, 'k'))?.value, 'v', 'sockets are no endpoints for others: it keeps its own');
    const parts: Buffer[] = [];
    for await (const part of snapshot(etcd, AbortSignal.timeout(10_000))) parts.push(part);
    const path = join(rig.dir, 'snapshot');
    writeFileSync(path, Buffer.concat(parts));
    const env = { ...process.env, ETCDCTL_API: '3' };
    execFileSync('etcdctl', ['snapshot', 'restore', path, '--data-dir', join(rig.dir, 'again')], { env, stdio: 'pipe' });
  }));

if (missingEtcd === undefined) test.run();
else skipped(1, missingEtcd);
