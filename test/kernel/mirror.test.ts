import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, sh, tables, unsettled } from '#test/support/guest.js';
import { failLeg, leg, plugLeg } from '#test/support/legs.js';
import { digest, fill } from '#test/support/raid.js';
import { startWriter } from '#test/support/writer.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];
const size = 32;
const path = '/dev/dvm/vg/a';

/** All is copied, and the metadata knows. */
async function copied(): Promise<void> {
  await pipe`discover vg | tm read vg | vg_wait --timeout 60`;
  await pipe`discover vg | tm update vg -- vg_check`;
}

guestTests({ disks: disks.map(() => `${size}M`) }, () => {
  const test = suite('mirrors');
  let sum = '';

  test('a volume in use becomes one', async () => {
    plugLeg(0, disks[0] ?? '', size);
    await dvm`create vg ${[leg(0), ...disks.slice(1)]} --extent-size 1M`;
    await dvm`create vg/a --size 8M ${leg(0)}`;
    sum = fill(path, 4, 1, 4);
    const writer = startWriter([path], '4m');
    await dvm`convert vg/a --type mirror /dev/ubdb /dev/ubdc`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.match(tables()['vg-a']?.[0] ?? '', /^0 16384 mirror disk 2 \S+ 4096 2 \S+ 0 \S+ 0 1 handle_errors$/);
    await copied();
    assert.is(digest('/dev/mapper/vg-a_mimage_1', 4, 4), sum);
    assert.is(digest('/dev/mapper/vg-a_mimage_1', 8), digest(path, 8));
    const { document } = await pipe`discover vg | tm read vg | report vg --show lv --format json -o lv_attr,sync_percent`;
    assert.match(JSON.stringify(document), /mwi-a-m---.*100/);
    assert.equal(unsettled(), []);
  });

  test('it remembers that all is copied', async () => {
    await dvm`deactivate vg/a`;
    await dvm`activate vg/a`;
    assert.match(sh`dmsetup status vg-a`, / 4\/4 1 AA 3 disk \S+ A$/m);
    assert.is(digest(path, 4, 4), sum);
  });

  test('an image fails: writes wait until another has taken its place', async () => {
    failLeg(0, disks[0] ?? '', size);
    const writer = startWriter([path], '4m');
    while (!/ 1 DA /.test(sh`dmsetup status vg-a`)) sh`sleep 0.1`;
    await dvm`repair vg/a /dev/ubdd /dev/ubdc`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    await copied();
    assert.match(sh`dmsetup status vg-a`, / 4\/4 1 AA 3 disk \S+ A$/m);
    assert.is(digest(path, 4, 4), sum);
    assert.is(digest('/dev/mapper/vg-a_mimage_1', 8), digest(path, 8));
    assert.equal(unsettled(), []);
  });

  test('taken apart, and made anew without a log', async () => {
    await dvm`convert vg/a --type linear`;
    assert.equal(devices(), ['leg0', 'vg-a']);
    assert.is(digest(path, 4, 4), sum);
    await dvm`convert vg/a --type mirror --mirror-log core --region-size 1M ${disks.slice(1)}`;
    assert.match(tables()['vg-a']?.[0] ?? '', / mirror core 1 2048 2 /);
    await copied();
    assert.is(digest(path, 4, 4), sum);
    await dvm`remove vg/a`;
  });

  test.run();
});
