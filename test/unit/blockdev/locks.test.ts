import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDirectory, lockGroup } from '#blockdev/locks.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('group locks');
const group = 'abcdefghijklmnopqrst';

test('a second locker is told who holds it; release frees it', () =>
  inTmp(async (dir) => {
    const options = { directory: join(dir, 'dvm') };
    const lock = await lockGroup(group, options);
    assert.is(statSync(options.directory).mode & 0o777, 0o700);
    const e = await thrown<DvmError>(() => lockGroup(group, options));
    assert.is(e.code, 'busy');
    assert.is(e.exitCode, 75);
    assert.match(e.message, `(pid ${process.pid}) since 20`);
    (await lockGroup('b'.repeat(20), options)).release();
    lock.release();
    lock.release();
    (await lockGroup(group, options)).release();
  }));

test('a waiter gets it when it is released', () =>
  inTmp(async (directory) => {
    const lock = await lockGroup(group, { directory });
    const order: string[] = [];
    const waiter = lockGroup(group, { directory, wait: 60_000 }).then((l) => {
      order.push('locked');
      l.release();
    });
    order.push('released');
    lock.release();
    await waiter;
    assert.equal(order, ['released', 'locked']);
  }));

test('the name is that of the group; a holder that has just come is given time to leave its own', () =>
  inTmp(async (directory) => {
    const lock = await lockGroup(group, { directory });
    const left = readFileSync(join(directory, group));
    writeFileSync(join(directory, group), '');
    const refused = thrown<DvmError>(() => lockGroup(group, { directory, name: 'vg' }));
    writeFileSync(join(directory, group), left);
    assert.match((await refused).message, `group "vg" is locked by locks.test (pid ${process.pid}) since`);
    writeFileSync(join(directory, group), '');
    assert.match((await thrown<DvmError>(() => lockGroup(group, { directory }))).message, 'did not leave its name');
    lock.release();
  }));

test('of a holder that is gone while a child of it has the lock, both are told', () =>
  inTmp(async (directory) => {
    const lock = await lockGroup(group, { directory });
    const gone = spawnSync('true').pid;
    writeFileSync(join(directory, group), JSON.stringify({ pid: gone, program: 'tm', since: '2026-01-01T00:00:00Z' }));
    const e = await thrown<DvmError>(() => lockGroup(group, { directory, wait: 1 }));
    assert.match(e.message, `is locked by what tm (pid ${gone}, ended since) had started`);
    lock.release();
  }));

test('a killed holder leaves the lock free; a child that was given the descriptor keeps it', () =>
  inTmp(async (directory) => {
    const lock = await lockGroup(group, { directory });
    const plain = spawn('sleep', ['60'], { stdio: 'ignore' });
    const heir = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', lock.fd] });
    try {
      lock.release();
      assert.is((await thrown<DvmError>(() => lockGroup(group, { directory }))).code, 'busy');
      heir.kill('SIGKILL');
      await once(heir, 'exit');
      (await lockGroup(group, { directory })).release();
    } finally {
      plain.kill('SIGKILL');
      heir.kill('SIGKILL');
    }
  }));

test('a directory or file that others could have planted is refused', () =>
  inTmp(async (dir) => {
    const refused = async (directory: string, why: string): Promise<void> => {
      const e = await thrown<DvmError>(() => lockGroup(group, { directory }));
      assert.is(e.code, 'lock-directory');
      assert.is(e.exitCode, 77);
      assert.match(e.message, why);
    };
    mkdirSync(join(dir, 'real'), { mode: 0o700 });
    symlinkSync(join(dir, 'real'), join(dir, 'link'));
    await refused(join(dir, 'link'), 'not a directory');
    mkdirSync(join(dir, 'open'));
    chmodSync(join(dir, 'open'), 0o777);
    await refused(join(dir, 'open'), 'open to others (mode 777)');
    writeFileSync(join(dir, 'victim'), 'x');
    symlinkSync(join(dir, 'victim'), join(dir, 'real', group));
    await refused(join(dir, 'real'), 'ELOOP');
    mkdirSync(join(dir, 'hard'), { mode: 0o700 });
    linkSync(join(dir, 'victim'), join(dir, 'hard', group));
    await refused(join(dir, 'hard'), 'not a plain file');
  }));

test('the fixed directory depends on the user alone', () => {
  assert.is(lockDirectory(0), '/run/lock/dvm');
  assert.is(lockDirectory(1000), '/run/lock/dvm-1000');
});

test('only ids name locks', async () => {
  assert.match((await thrown(() => lockGroup('../../etc/passwd'))).message, 'not a group id');
});

test.run();
