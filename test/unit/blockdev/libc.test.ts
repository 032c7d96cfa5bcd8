import { closeSync, openSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import * as c from '#blockdev/libc.js';
import { makeDev } from '#blockdev/structs.js';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';

const test = suite('libc');

test('a failing call returns −errno, and errno has a name', () => {
  assert.is(c.libc().ioctl(-1, 0x1268, Buffer.alloc(4)), -constants.errno.EBADF);
  assert.is(c.errnoName(-constants.errno.EBADF), 'EBADF');
  assert.is(c.errnoName(constants.errno.EWOULDBLOCK), 'EAGAIN');
  assert.is(c.errnoName(4095), 'errno 4095');
});

test('what the kernel writes into a buffer is there afterwards', () =>
  inTmp((dir) => {
    writeFileSync(join(dir, 'f'), 'seven b');
    const fd = openSync(join(dir, 'f'), 'r');
    const answer = Buffer.alloc(4);
    assert.is(c.libc().ioctl(fd, 0x541b, answer), 0); // FIONREAD of a file: what is left of it
    assert.is(answer.readInt32LE(), 7);
    assert.is(c.libc().poll(fd, c.POLLIN, 0), c.POLLIN);
    closeSync(fd);
  }));

test('a semaphore counts, a bounded wait ends, removing it works once', () => {
  const l = c.libc();
  const id = l.semget(0, 1, c.IPC_CREAT | 0o600);
  assert.ok(id >= 0);
  assert.is(l.semctl(id, c.SETVAL, 1), 0);
  assert.is(l.semop(id, 1, 0), 0);
  assert.is(l.semctl(id, c.GETVAL), 2);
  assert.is(c.errnoName(l.semop(id, 0, 0, 5)), 'EAGAIN');
  assert.is(l.semop(id, -2, 0), 0);
  assert.is(l.semop(id, 0, 0, 5), 0);
  assert.is(l.semctl(id, c.IPC_RMID), 0);
  assert.is(c.errnoName(l.semctl(id, c.IPC_RMID)), 'EINVAL');
});

test('flock excludes another descriptor', () =>
  inTmp((dir) => {
    const [a, b] = [openSync(join(dir, 'f'), 'w'), openSync(join(dir, 'f'), 'r')];
    assert.is(c.libc().flock(a, c.LOCK_EX | c.LOCK_NB), 0);
    assert.is(c.errnoName(c.libc().flock(b, c.LOCK_EX | c.LOCK_NB)), 'EAGAIN');
    closeSync(a);
    assert.is(c.libc().flock(b, c.LOCK_EX | c.LOCK_NB), 0);
    closeSync(b);
  }));

test('device numbers are packed as makedev does', () => {
  assert.is(makeDev(8, 1), 0x801n);
  assert.is(makeDev(253, 300), 0x10fd2cn);
  for (const [a, b] of [
    [7, 0],
    [253, 300],
    [4095, 0xfffff],
    [0x12345, 0x6789a],
  ] as const)
    assert.is(c.devName(makeDev(a, b)), `${a}:${b}`);
});

test('locking memory can be undone, prctl answers', () => {
  const locked = c.libc().mlockall(c.MCL_CURRENT);
  assert.ok(locked === 0 || ['EPERM', 'ENOMEM'].includes(c.errnoName(locked)));
  assert.is(c.libc().munlockall(), 0);
  assert.is(c.errnoName(c.libc().prctl(99999)), 'EINVAL');
});

test('mknod refuses a path that exists', () => {
  assert.is(c.errnoName(c.libc().mknod('/', 0o060600, 7, 0)), 'EEXIST');
});

test.run();
