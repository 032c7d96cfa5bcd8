import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, sh, tables, unsettled } from '#test/support/guest.js';
import { digest, fill, synced } from '#test/support/raid.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd', '/dev/ubde'];

/** What makes a volume of each level, and what the kernel then calls it. */
const levels: Record<string, [words: string, table: RegExp]> = {
  raid0: ['--type raid0 --stripes 3', /raid raid0 1 128 3 - /],
  raid1: ['--type raid1 --mirrors 2', /raid raid1 3 0 region_size 4096 3 /],
  raid4: ['--type raid4 --stripes 3', /raid raid4 3 128 region_size 4096 4 /],
  raid5: ['--type raid5 --stripes 3 --stripe-size 32K', /raid raid5_ls 3 64 region_size 4096 4 /],
  raid5_n: ['--type raid5_n --region-size 512K', /raid raid5_n 3 128 region_size 1024 3 /],
  raid6: ['--type raid6', /raid raid6_zr 3 128 region_size 4096 5 /],
  raid10: ['--type raid10', /raid raid10 5 128 region_size 4096 raid10_copies 2 4 /],
};

guestTests({ disks: ['64M', '64M', '64M', '64M', '64M'] }, () => {
  const test = suite('raid volumes');

  test('a group of five devices', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
  });

  for (const [name, [words, table]] of Object.entries(levels))
    test(`${name}: made, taken down and up, larger, smaller, renamed, gone`, async () => {
      await dvm`create vg/a --size 12M ${words.split(' ')}`;
      assert.match(tables()['vg-a']?.[0] ?? '', table);
      const sum = fill('/dev/dvm/vg/a', 12, 1);
      if (name !== 'raid0') synced('vg-a');
      await dvm`deactivate vg/a`;
      assert.equal(devices(), []);
      await dvm`activate vg/a`;
      assert.is(digest('/dev/dvm/vg/a', 12), sum);
      await dvm`extend vg/a --size +6M`;
      assert.is(Number(sh`blockdev --getsz /dev/dvm/vg/a`), 18 * 2048);
      const more = fill('/dev/dvm/vg/a', 6, 2, 12);
      if (name !== 'raid0') synced('vg-a');
      await dvm`deactivate vg/a`;
      await dvm`activate vg/a`;
      assert.equal([digest('/dev/dvm/vg/a', 12), digest('/dev/dvm/vg/a', 6, 12)], [sum, more]);
      await dvm`reduce vg/a --size 12M`;
      assert.is(Number(sh`blockdev --getsz /dev/dvm/vg/a`), 12 * 2048);
      await dvm`rename vg/a b`;
      assert.is(digest('/dev/dvm/vg/b', 12), sum);
      assert.equal(unsettled(), []);
      await dvm`remove vg/b`;
      assert.equal(devices(), []);
    });

  test.run();
});
