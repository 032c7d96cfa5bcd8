import { guestTests } from '#test/sandbox/session.js';
import { suite } from '#test/support/check.js';
import { dvm } from '#test/support/guest.js';
import { takeovers } from '#test/support/raid-takeover.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];

guestTests({ disks: disks.map(() => '24M') }, () => {
  const test = suite('takeovers of raid: parity comes and goes behind the stripes');
  test('a group', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
  });
  takeovers(test, '--stripes 2', [
    ['raid0', / raid raid0 1 128 2 - /],
    ['raid4', / raid raid4 \d+ 128 .*region_size 4096 3 /],
    ['raid0', / raid raid0 1 128 2 - /],
    ['raid5_n', / raid raid5_n \d+ 128 .*region_size 4096 3 /],
    ['raid6_n_6', / raid raid6_n_6 \d+ 128 .*region_size 4096 4 /],
    ['raid5_n', / raid raid5_n 3 128 region_size 4096 3 /],
    ['striped', / striped 2 128 /],
    ['raid6_n_6', / raid raid6_n_6 \d+ 128 .*region_size 4096 4 /],
    ['raid0', / raid raid0 1 128 2 - /],
    ['striped', / striped 2 128 /],
  ]);
  test.run();
});
