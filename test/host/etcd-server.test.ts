import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { remember } from '#daemon/left-behind.js';
import { get, put } from '#etcd/kv.js';
import { argumentsOf } from '#etcd/server.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { until } from '#test/support/dvs.js';
import { missingEtcd, withEtcd } from '#test/support/etcd.js';
import type { DvmError } from '#tool/errors.js';

/** An etcd of one's own: started, stopped, killed. */
const test = suite('etcd: the process');

function isRunning(pid: number | undefined): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('it keeps what it was told over a stop and a start, and is for its user alone', () =>
  withEtcd(async (rig) => {
    const first = await rig.start();
    assert.is(statSync(rig.runDirectory).mode & 0o777, 0o700);
    assert.is(statSync(join(rig.dir, 'data')).mode & 0o777, 0o700);
    await put(rig.client(), 'k', 'v');
    const { pid } = first;
    await first.stop();
    assert.not(isRunning(pid));
    const e = await thrown<DvmError>(() => get(rig.client(), 'k'));
    assert.equal([e.code, e.exit], ['etcd-unavailable', 'unavailable']);
    await rig.start();
    assert.is((await get(rig.client(), 'k'))?.value, 'v');
  }));

test('killed, it is started again by itself, on the sockets that it left', () =>
  withEtcd(async (rig) => {
    const server = await rig.start();
    await put(rig.client(), 'k', 'v');
    const { pid } = server;
    process.kill(pid as number, 'SIGKILL');
    await until(() => rig.log.some((l) => l.startsWith('program-started')), 'it is up again');
    assert.is.not(server.pid, pid);
    assert.is((await get(rig.client(), 'k'))?.value, 'v');
  }));

test('one that was left behind by a supervisor that was killed makes room for the next', () =>
  withEtcd(async (rig) => {
    const words = argumentsOf({ name: 'test', dataDirectory: join(rig.dir, 'data'), runDirectory: rig.runDirectory });
    const left = spawn('/usr/bin/etcd', words, { cwd: rig.runDirectory, stdio: 'ignore' });
    remember(rig.runDirectory, 'etcd', left.pid as number);
    await until(() => existsSync(join(rig.runDirectory, 'client:2379')), 'it listens');
    const next = await rig.start();
    assert.not(isRunning(left.pid));
    assert.ok(isRunning(next.pid));
  }));

test('one that cannot start says why', () =>
  withEtcd(async (rig) => {
    const patience = { start: 20_000, stop: 1000 };
    const e = await thrown<DvmError>(() => rig.start({ dataDirectory: '/dev/null', patience }));
    assert.equal([e.code, e.exit], ['not-ready', 'unavailable']);
    assert.match(e.message, /^"etcd" ended with exit code 1$/);
    assert.match(JSON.stringify(e.details), /not a directory/);
    const none = await thrown<DvmError>(() => rig.start({ program: '/no/such/etcd', patience }));
    assert.match(none.message, /^"etcd" did not start: .*ENOENT/);
  }));

if (missingEtcd === undefined) test.run();
else skipped(1, missingEtcd);
