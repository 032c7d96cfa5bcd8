import { closeSync, constants, openSync, read, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openDevice } from '#blockdev/device.js';
import { assert, suite } from '#test/support/check.js';
import { image, inTmp, run } from '#test/support/loop.js';

const test = suite('threads');

test('more reads wait at once than a runtime allows by itself', () =>
  inTmp(async (dir) => {
    image(join(dir, 'image'), 1 << 20);
    await (await openDevice(join(dir, 'image'))).close(); // what widens the pool
    const pipes = Array.from({ length: 16 }, (_, i) => pipe(join(dir, `pipe${i}`)));
    const reads = pipes.map(byte);
    for (const [i, fd] of [...pipes.entries()].reverse()) {
      writeSync(fd, 'x');
      assert.is(await reads[i], 1); // hangs where an earlier one keeps the last thread
    }
    for (const fd of pipes) closeSync(fd);
  }));

function pipe(path: string): number {
  run('mkfifo', path);
  return openSync(path, constants.O_RDWR);
}

function byte(fd: number): Promise<number> {
  return new Promise((done, failed) => read(fd, Buffer.alloc(1), 0, 1, null, (e, n) => (e ? failed(e) : done(n))));
}

test.run();
