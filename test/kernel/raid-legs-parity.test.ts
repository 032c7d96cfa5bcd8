import { guestTests } from '#test/sandbox/session.js';
import { suite } from '#test/support/check.js';
import { diskSize, groupOnLegs, survives } from '#test/support/raid-legs.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd', '/dev/ubde', '/dev/ubdf', '/dev/ubdg'];
const legs = 2;

guestTests({ disks: disks.map(() => `${diskSize}M`) }, () => {
  const test = suite('raid of stripes and parity loses images');
  test('a group', () => groupOnLegs(disks, legs));
  survives(test, disks, legs, { make: '--type raid4 --stripes 2', images: 3, lost: [0] });
  survives(test, disks, legs, { make: '--type raid5 --stripes 2', images: 3, lost: [1] });
  survives(test, disks, legs, { make: '--type raid6 --stripes 3', images: 5, lost: [0, 1] });
  test.run();
});
