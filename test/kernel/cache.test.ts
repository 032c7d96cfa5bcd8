import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh, tables, unsettled } from '#test/support/guest.js';
import { startWriter } from '#test/support/writer.js';

/** Caches on a real kernel: put on, changed and taken off while a file system is written. */

const cached = ['vg-data', 'vg-data_cdata', 'vg-data_cmeta', 'vg-data_corig'];

guestTests({ disks: ['128M', '64M'] }, () => {
  const test = suite('caches');

  test('a mounted volume gets a writeback cache while it is written', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/data /dev/ubda --size 32M`;
    sh`mkfs.ext4 -q /dev/dvm/vg/data`;
    sh`mkdir -p /mnt/d`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    sh`cp /etc/passwd /mnt/d/file`;
    const writer = startWriter(['/mnt/d/busy'], '4m');
    await dvm`cache vg/data /dev/ubdb --size 16M --mode writeback --setting migration_threshold=4096`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.equal(devices(), cached);
    assert.match(
      tables()['vg-data']?.join() ?? '',
      /^0 65536 cache \S+ \S+ \S+ 128 2 metadata2 writeback smq 2 migration_threshold 4096$/,
    );
    assert.match(tables()['vg-data_cdata']?.join() ?? '', /^0 32768 linear 98:16 /);
    sh`cmp /etc/passwd /mnt/d/file`;
    assert.equal(unsettled(), []);
  });

  test('it grows under its cache, and its file system with it', async () => {
    const writer = startWriter(['/mnt/d/busy'], '4m');
    await dvm`extend vg/data --size +16M --fs`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.match(tables()['vg-data']?.join() ?? '', /^0 98304 cache /);
    sh`cmp /etc/passwd /mnt/d/file`;
  });

  test('a cache that may hold what is nowhere else is neither dropped nor passed through; cut off it is not either', async () => {
    assert.is((await refusal(() => dvm`cache vg/data --off --drop`)).code, 'cache-dirty');
    assert.is((await refusal(() => dvm`cache vg/data --mode passthrough`)).code, 'cache-dirty');
    assert.is((await refusal(() => dvm`reduce vg/data --size -4M --fs`)).code, 'cannot-reduce');
    assert.is((await refusal(() => dvm`cache vg/data --size 4M`)).code, 'cannot-cache');
  });

  test('down and up again it is the same', async () => {
    sh`umount /mnt/d`;
    await dvm`deactivate vg/data`;
    assert.equal(devices(), []);
    await dvm`activate vg/data`;
    sh`e2fsck -fn /dev/dvm/vg/data`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    sh`cmp /etc/passwd /mnt/d/file`;
  });

  test('off while it is written: everything is written back, and the volume is what it was', async () => {
    const writer = startWriter(['/mnt/d/busy'], '4m');
    await dvm`cache vg/data --off`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.equal(devices(), ['vg-data']);
    assert.match(tables()['vg-data']?.[0] ?? '', /^0 \d+ linear 98:0 /);
    assert.equal(unsettled(), []);
    sh`umount /mnt/d`;
    sh`e2fsck -fn /dev/dvm/vg/data`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    sh`cmp /etc/passwd /mnt/d/file`;
    sh`umount /mnt/d`;
    const { lvs } = (await pipe`discover vg | tm read vg`).document.metadata;
    assert.equal(
      Object.values<{ name: string }>(lvs).map((lv) => lv.name),
      ['data'],
    );
  });

  test.run();
});
