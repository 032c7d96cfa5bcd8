import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { targetOf } from '#blockdev/fleeting.js';
import { type Io, queueIo, threadIo } from '#blockdev/io.js';
import { KernelQueue } from '#blockdev/kernel-queue.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';

const kernelQueue = KernelQueue.open();
const older = KernelQueue.open();
older?.preferAio();
const kinds: [string, Io][] = [
  ['threads', threadIo()],
  ['what block devices get', queueIo()],
  ['the same where there are many', afterMany()],
];

/** It is with the first of them. */
function afterMany(): Io {
  const io = queueIo(1);
  io.opened();
  return io;
}

const ways = suite('reads, writes and flushes');

for (const [name, io] of kinds) {
  ways(`${name}: what was written is read`, () =>
    onFile('', async (fd, path) => {
      assert.is(await io.write(fd, Buffer.from('0123456789'), 0, false), 10);
      assert.is(await io.write(fd, Buffer.from('abc'), 4, true), 3);
      assert.is(await io.flush(fd), 0);
      assert.is(readFileSync(path, 'utf8'), '0123abc789');
      const into = Buffer.alloc(6);
      assert.is(await io.read(fd, into, 3), 6);
      assert.is(into.toString(), '3abc78');
      assert.is(await io.read(fd, into, 9), 1);
      assert.is(await io.read(fd, into, 10), 0);
    }),
  );

  ways(`${name}: a failure is its errno`, async () => {
    const errno = constants.errno.EBADF;
    assert.is(await io.read(1 << 20, Buffer.alloc(1), 0), -errno);
    assert.is(await io.write(1 << 20, Buffer.alloc(1), 0, true), -errno);
    assert.is(await io.flush(1 << 20), -errno);
  });
}

ways.run();

const queue = suite('the kernel queue');
if (!kernelQueue || !older) skipped(5, 'this kernel has no queue for asynchronous I/O');
else {
  for (const [name, one] of [
    ['', kernelQueue],
    [', of the older kind', older],
  ] as const)
    queue(`more operations than it has room for${name}, each with its own result`, () =>
      onFile(Array.from({ length: 2000 }, (_, i) => String(i).padStart(8)).join(''), async (fd) => {
        const reads = Array.from({ length: 2000 }, async (_, i) => {
          const into = Buffer.alloc(8);
          assert.is(await one.start('read', fd, into, i * 8), 8);
          return Number(into.toString());
        });
        const bad = one.start('read', 1 << 20, Buffer.alloc(8), 0);
        assert.equal(
          await Promise.all(reads),
          Array.from({ length: 2000 }, (_, i) => i),
        );
        assert.is(await bad, -constants.errno.EBADF);
      }),
    );

  queue('offsets past 4 GiB', () =>
    onFile('', async (fd) => {
      const far = 5 * 2 ** 32 + 4096;
      assert.is(await kernelQueue.start('durableWrite', fd, Buffer.from('far'), far), 3);
      assert.is(await kernelQueue.start('flush', fd), 0);
      const into = Buffer.alloc(4);
      assert.is(await kernelQueue.start('read', fd, into, far - 1), 4);
      assert.is(into.toString(), '\0far');
    }),
  );

  queue('timers have their turn while it waits', () =>
    onFile('x', async (fd) => {
      const order: string[] = [];
      const timer = new Promise<void>((done) => setTimeout(() => done(void order.push('timer')), 1));
      while (order.length === 0) await kernelQueue.start('read', fd, Buffer.alloc(1), 0);
      await timer;
      assert.equal(order, ['timer']);
    }),
  );

  queue('when the rings themselves fail, so does what is asked of them', () =>
    onFile('x', async (fd) => {
      const own = KernelQueue.open() as KernelQueue;
      assert.is(await own.start('read', fd, Buffer.alloc(1), 0), 1);
      closeSync(newestRing());
      const asked = [own.start('read', fd, Buffer.alloc(1), 0), own.start('flush', fd)];
      assert.equal(await Promise.all(asked), [-constants.errno.EBADF, -constants.errno.EBADF]);
      assert.is(await own.start('read', fd, Buffer.alloc(1), 0), -constants.errno.EBADF);
      assert.is(await kernelQueue.start('read', fd, Buffer.alloc(1), 0), 1);
    }),
  );
  queue.run();
}

function newestRing(): number {
  const rings = readdirSync('/proc/self/fd').filter((fd) => targetOf(`/proc/self/fd/${fd}`).includes('[io_uring]'));
  return Math.max(...rings.map(Number));
}

function onFile(content: string, use: (fd: number, path: string) => Promise<void>): Promise<void> {
  return inTmp(async (dir) => {
    const path = join(dir, 'file');
    writeFileSync(path, content);
    const fd = openSync(path, 'r+');
    try {
      await use(fd, path);
    } finally {
      closeSync(fd);
    }
  });
}
