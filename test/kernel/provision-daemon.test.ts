import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readMountTable } from '#blockdev/mounts.js';
import { callServer, isServing } from '#dots/server/client.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { until } from '#test/support/dvs.js';
import { sh } from '#test/support/guest.js';
import { type Ended, runProcess } from '#test/support/process.js';
import { toolCommand } from '#test/support/runtime.js';

const run = '/run/dvm/provision';
const socket = `${run}/dot-server.sock`;

/** dm-provision that stays, and others that come meanwhile. */
guestTests({ disks: ['2G', '64M'], memory: '1G', timeLimit: 200 }, () => {
  const test = suite('provision: daemon');
  const [file, ...before] = toolCommand('dm-provision');
  const words = (...more: string[]) => [...before, '--storage-device=/dev/ubda', '--state-size=200M', ...more];
  let daemon: ChildProcess;
  let log = '';

  function oneshot(...more: string[]): Promise<Ended> {
    return runProcess(file, words(...more), { limit: 120_000 });
  }

  const pidOf = (path: string): number => Number(readFileSync(path, 'utf8').split(' ')[0]);
  const isMounted = (target: string): boolean => readMountTable().some((m) => m.target === target);
  const said = (...texts: string[]): boolean => log.split('\n').some((line) => texts.every((text) => line.includes(text)));

  test('a device that is not blank: refused, named, untouched', async () => {
    sh`mkfs.ext4 -q -L precious /dev/ubdb`;
    const { code, stderr } = await runProcess(file, [...before, '--zpool-device=/dev/ubdb', '--dot=a', '--mountpoint=/srv/a'], {
      limit: 60_000,
    });
    assert.is(code, 83, stderr);
    assert.match(stderr, /"code":"device-not-blank".*carries ext4 .*precious/);
    assert.match(sh`blkid /dev/ubdb`, /precious/);
    assert.not(existsSync('/srv/a'));
  });

  test('two at once on blank disks, neither of which stays: they take turns', async () => {
    const subdots = ['db', 'log'].map((name) => oneshot(`--dot=first.${name}`, `--mountpoint=/srv/first-${name}`));
    for (const { code, stdout, stderr } of await Promise.all(subdots)) assert.is(code, 0, stdout + stderr);
    assert.equal(['/srv/first-db', '/srv/first-log'].map(isMounted), [true, true]);
    assert.not(await isServing(socket));
  });

  test('it stays, with a dot that is new', async () => {
    daemon = spawn(file, words('--daemon', '--dot=shop.db', '--mountpoint=/srv/db'), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [daemon.stdout, daemon.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
    await until(() => said('staying') || daemon.exitCode !== null, 'it stays');
    assert.is(daemon.exitCode, null, log);
    assert.ok(isMounted('/srv/db') && (await isServing(socket)));
    writeFileSync('/srv/db/data', 'x');
  });

  test('another run uses its server, and leaves it running; two at once do no harm', async () => {
    const ends = await Promise.all([
      oneshot('--dot=shop.cache', '--mountpoint=/srv/cache'),
      oneshot('--dot=other', '--mountpoint=/srv/other'),
    ]);
    for (const { code, stderr } of ends) assert.is(code, 0, stderr);
    assert.equal(['/srv/db', '/srv/cache', '/srv/other'].map(isMounted), [true, true, true]);
    assert.ok(await isServing(socket));
    const second = await oneshot('--daemon');
    assert.equal([second.code, /running-already/.test(second.stderr)], [75, true], 'a second daemon is refused');
  });

  for (const [program, path] of [
    ['etcd', `${run}/etcd/etcd.pid`],
    ['dot-server', `${run}/server/dot-server.pid`],
  ] as const)
    test(`${program} killed: it is started again, and nothing is lost`, async () => {
      process.kill(pidOf(path), 'SIGKILL');
      await until(() => said('program-started', `"${program}"`), 'it is up again');
      await until(() => isServing(socket), 'it serves');
      assert.not.equal(await callServer(socket, 'Exists', { Name: 'shop' }), '');
      assert.ok(isMounted('/srv/db'));
    });

  test('told to end: both end, in order, and what is mounted stays', async () => {
    const [etcd, server] = [pidOf(`${run}/etcd/etcd.pid`), pidOf(`${run}/server/dot-server.pid`)];
    daemon.kill('SIGTERM');
    await until(() => daemon.exitCode !== null, 'it has ended');
    assert.is(daemon.exitCode, 0, log);
    for (const pid of [etcd, server]) assert.throws(() => process.kill(pid, 0), /ESRCH/);
    assert.equal([isMounted('/srv/db'), isMounted(`${run}/state`)], [true, false]);
    assert.is(readFileSync('/srv/db/data', 'utf8'), 'x');
    assert.match(log, /"state":"done","step":"stop"/);
  });

  test('killed itself: the next run ends what it left, and finds all', async () => {
    daemon = spawn(file, words('--daemon'), { stdio: 'ignore' });
    await until(() => isServing(socket), 'it serves');
    const etcd = pidOf(`${run}/etcd/etcd.pid`);
    daemon.kill('SIGKILL');
    const { code, stdout, stderr } = await oneshot('--dot=shop.db', '--mountpoint=/srv/db');
    assert.is(code, 0, stderr);
    assert.match(stdout, /"state":"found","step":"dot"/);
    assert.throws(() => process.kill(etcd, 0), /ESRCH/);
  });

  test.run();
});
