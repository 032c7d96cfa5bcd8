import { constants, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDevice, openError } from '#blockdev/device.js';
import { targetOf } from '#blockdev/fleeting.js';
import { rereadPartitions } from '#blockdev/partitions.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { canLoop, image, inTmp, run, withLoop } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

const files = suite('image files as devices');

files('what is written is read, through links too', () =>
  inTmp(async (dir) => {
    const path = image(join(dir, 'a'), 1 << 20);
    symlinkSync(path, join(dir, 'link'));
    const d = await openDevice(join(dir, 'link'), { write: true });
    assert.is(d.size, 1 << 20);
    assert.is(d.blockSize, 512);
    await d.write(512, Buffer.alloc(1024, 7));
    await d.flush();
    assert.equal(await d.read(0, 2048), Buffer.concat([Buffer.alloc(512), Buffer.alloc(1024, 7), Buffer.alloc(512)]));
    await d.close();
    assert.is(readFileSync(path)[512], 7);
  }),
);

files('past the end and a file that shrank are I/O errors with the place', () =>
  inTmp(async (dir) => {
    const path = image(join(dir, 'a'), 8192);
    const d = await openDevice(path, { write: true });
    const past = await thrown<DvmError>(() => d.read(8192, 512));
    assert.is(past.message, `read of "${path}" at byte 8192 failed: it ends at byte 8192`);
    image(path, 4096);
    const short = await thrown<DvmError>(() => d.read(0, 8192));
    assert.is(short.code, 'io-error');
    assert.is(short.exitCode, 74);
    assert.equal(short.details, { path, operation: 'read', offset: 4096, state: 'it ends there' });
    await d.close();
  }),
);

files('what is no device is refused by kind', () =>
  inTmp(async (dir) => {
    const missing = await thrown<DvmError>(() => openDevice(join(dir, 'none')));
    assert.is(missing.code, 'no-device');
    assert.is(missing.exitCode, 80);
    for (const path of [dir, '/dev/null']) assert.is((await thrown<DvmError>(() => openDevice(path))).code, 'not-a-device', path);
    assert.is((await thrown<DvmError>(() => openDevice(dir, { write: true }))).code, 'not-a-device');
  }),
);

files('unaligned access is a defect of the caller', () =>
  inTmp(async (dir) => {
    const d = await openDevice(image(join(dir, 'a'), 4096));
    assert.match((await thrown(() => d.read(100, 512))).message, 'not aligned');
    assert.match((await thrown(() => d.read(0, 100))).message, 'not aligned');
    const e = await thrown<DvmError>(() => d.write(0, Buffer.alloc(512)));
    assert.is(e.code, 'io-error'); // opened for reading
    await d.close();
  }),
);

files('errors of open are told apart', () => {
  const told = (code: string): [string, number] => {
    const e = openError('/dev/x', Object.assign(new Error(code), { code, errno: -1 })) as DvmError;
    return [e.code, e.exitCode];
  };
  assert.equal(['EROFS', 'EACCES', 'ENOMEDIUM', 'EIO', 'EBUSY'].map(told), [
    ['read-only', 77],
    ['not-permitted', 77],
    ['no-device', 80],
    ['io-error', 74],
    ['device-in-use', 83],
  ]);
});

files.run();

const loops = suite('block devices');
if (!canLoop) skipped(7, 'loop devices need root');
else {
  loops('direct I/O with any buffer, size and block size from the kernel', () =>
    withLoop(
      8 << 20,
      async (dev, file) => {
        const d = await openDevice(dev, { write: true, exclusive: true });
        assert.is(d.size, 8 << 20);
        assert.is(d.blockSize, 4096);
        await d.write(4096, Buffer.alloc(8193, 3).subarray(1));
        await d.flush();
        assert.is(
          (await d.read(4096, 8192)).every((b) => b === 3),
          true,
        );
        await d.close();
        assert.is(readFileSync(file)[4096 + 8191], 3);
      },
      '--sector-size',
      '4096',
    ),
  );

  loops('an open that does not wait leaves operations that may', () =>
    withLoop(1 << 20, async (dev) => {
      const d = await openDevice(dev);
      const fd = readdirSync('/proc/self/fd').find((n) => targetOf(`/proc/self/fd/${n}`) === dev);
      const flags = Number.parseInt(/flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8);
      assert.equal([flags & constants.O_DIRECT, flags & constants.O_NONBLOCK], [constants.O_DIRECT, 0]);
      await d.close();
    }),
  );

  loops('many reads at once', () =>
    withLoop(8 << 20, async (dev, file) => {
      writeFileSync(file, Buffer.alloc(8 << 20, 9), { flag: 'r+' });
      const d = await openDevice(dev);
      const all = await Promise.all(Array.from({ length: 64 }, (_, i) => d.read(i * 4096, 4096)));
      assert.ok(all.every((b) => b.every((x) => x === 9)));
      await d.close();
    }),
  );

  loops('two exclusive openers: the second is told', () =>
    withLoop(1 << 20, async (dev) => {
      const d = await openDevice(dev, { exclusive: true });
      const e = await thrown<DvmError>(() => openDevice(dev, { exclusive: true }));
      assert.is(e.code, 'device-in-use');
      assert.is(e.exitCode, 83);
      await d.close();
    }),
  );

  loops('a read-only device is refused for writing', () =>
    withLoop(
      1 << 20,
      async (dev) => {
        const e = await thrown<DvmError>(() => openDevice(dev, { write: true }));
        assert.is(e.code, 'read-only');
        assert.is(e.exitCode, 77);
        await (await openDevice(dev)).close();
      },
      '--read-only',
    ),
  );

  loops('partitions are read again, unless one is open', () =>
    withLoop(
      8 << 20,
      async (dev) => {
        await rereadPartitions(dev);
        const held = await openDevice(dev, { exclusive: true });
        const e = await thrown<DvmError>(() => rereadPartitions(dev));
        assert.equal([e.code, e.exitCode], ['partitions-in-use', 83]);
        await held.close();
      },
      '--partscan',
    ),
  );

  loops('a failing medium is an I/O error', () =>
    withLoop(1 << 20, async (dev, file) => {
      const d = await openDevice(dev);
      run('truncate', '--size', '4096', file);
      const e = await thrown<DvmError>(() => d.read(65536, 4096));
      assert.is(e.code, 'io-error');
      assert.match(e.message, `read of "${dev}" at byte 65536 failed: EIO`);
      await d.close();
    }),
  );
  loops.run();
}
