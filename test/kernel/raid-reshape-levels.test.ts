import { guestTests } from '#test/sandbox/session.js';
import { suite } from '#test/support/check.js';
import { dvm } from '#test/support/guest.js';
import { reshapes } from '#test/support/raid-reshape.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];

guestTests({ disks: disks.map(() => '24M'), timeLimit: 240 }, () => {
  const test = suite('raid is laid out anew while it is in use: parity elsewhere');
  test('a group', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
  });
  reshapes(test, '--type raid5_n --stripes 2', [
    ['--type raid5_ra', / raid raid5_ra 3 128 region_size 4096 3 /, 8],
    ['--type raid6_zr', / raid raid6_zr 3 128 region_size 4096 4 /, 8],
  ]);
  test.run();
});
