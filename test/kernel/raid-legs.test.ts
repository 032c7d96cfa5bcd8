import { guestTests } from '#test/sandbox/session.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { dvm, refusal } from '#test/support/guest.js';
import { failLeg, leg, mendLeg } from '#test/support/legs.js';
import { digest, fill } from '#test/support/raid.js';
import { diskSize, groupOnLegs, survives } from '#test/support/raid-legs.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd', '/dev/ubde', '/dev/ubdf'];
const legs = 2;

guestTests({ disks: disks.map(() => `${diskSize}M`) }, () => {
  const test = suite('raid of copies loses images');
  test('a group', () => groupOnLegs(disks, legs));
  survives(test, disks, legs, { make: '--type raid1', images: 2, lost: [0] });
  survives(test, disks, legs, { make: '--type raid1 --mirrors 2', images: 3, lost: [0, 1] });
  survives(test, disks, legs, { make: '--type raid10', images: 4, lost: [0] });

  test('raid0 does not survive, and says so', async () => {
    await dvm`create vg/a --size 8M --type raid0 --stripes 2 ${[leg(0), '/dev/ubdc']}`;
    const sum = fill('/dev/dvm/vg/a', 8, 1);
    failLeg(0, '/dev/ubda', diskSize);
    await thrown(() => digest('/dev/dvm/vg/a', 8));
    assert.is((await refusal(() => dvm`repair vg/a --replace ${leg(0)} /dev/ubdd`)).code, 'too-few-images');
    mendLeg(0, '/dev/ubda', diskSize);
    await dvm`deactivate vg/a`;
    await dvm`activate vg/a`;
    assert.is(digest('/dev/dvm/vg/a', 8), sum);
  });

  test.run();
});
