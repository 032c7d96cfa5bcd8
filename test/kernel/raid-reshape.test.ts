import { guestTests } from '#test/sandbox/session.js';
import { suite } from '#test/support/check.js';
import { dvm } from '#test/support/guest.js';
import { reshapes } from '#test/support/raid-reshape.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];

guestTests({ disks: disks.map(() => '24M'), timeLimit: 240 }, () => {
  const test = suite('raid is laid out anew while it is in use: more stripes, others, fewer');
  test('a group', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
  });
  reshapes(test, '--type raid5 --stripes 2', [
    ['--stripes 3', / raid raid5_ls 3 128 region_size 4096 4 /, 12],
    ['--stripe-size 32K', / raid raid5_ls 3 64 region_size 4096 4 /, 12],
    ['--stripes 2 --force', / raid raid5_ls 3 64 region_size 4096 3 /, 8],
  ]);
  test.run();
});
