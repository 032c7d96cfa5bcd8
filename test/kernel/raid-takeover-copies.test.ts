import { guestTests } from '#test/sandbox/session.js';
import { suite } from '#test/support/check.js';
import { dvm } from '#test/support/guest.js';
import { takeovers } from '#test/support/raid-takeover.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd', '/dev/ubde', '/dev/ubdf'];

guestTests({ disks: disks.map(() => '24M') }, () => {
  const test = suite('takeovers of raid: copies, parity that rotates, parity of one image');
  test('a group', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
  });
  takeovers(test, '--type raid0 --stripes 3', [
    ['raid10', / raid raid10 \d+ 128 .*region_size 4096 raid10_copies 2 6 /],
    ['striped', / striped 3 128 /],
  ]);
  takeovers(test, '--type raid5_ls --stripes 3', [
    ['raid6', / raid raid6_ls_6 \d+ 128 .*region_size 4096 5 /],
    ['raid5_ls', / raid raid5_ls 3 128 region_size 4096 4 /],
  ]);
  takeovers(test, '--type linear', [
    ['raid5', / raid raid5_\w+ \d+ 128 .*region_size 4096 2 /],
    ['raid1', / raid raid1 \d+ 0 .*region_size 4096 2 /],
    ['raid4', / raid raid4 \d+ 128 .*region_size 4096 2 /],
    ['linear', / linear /],
  ]);
  test.run();
});
