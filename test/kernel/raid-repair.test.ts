import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, refusal, sh, tables, unsettled } from '#test/support/guest.js';
import { failLeg, leg, plugLeg } from '#test/support/legs.js';
import { digest, fill, raidStatus, synced } from '#test/support/raid.js';

const MIB = 2048;
const size = 64;
const disk = (i: number): string => `/dev/loop${i}`;

function plug(i: number): void {
  sh`truncate -s ${size}M /tmp/disk${i}`;
  sh`losetup ${disk(i)} /tmp/disk${i}`;
}

/** The disks that a mapped device lies on. */
const disksOf = (name: string): string[] => sh`dmsetup deps -o devname ${name}`.match(/loop\d|leg/g) ?? [];

guestTests({}, () => {
  const test = suite('raid volumes lose images');
  let sum = '';

  test('a device fails: its image is replaced while the volume is in use', async () => {
    for (let i = 0; i < 5; i++) plug(i);
    plugLeg(0, disk(0), size);
    await dvm`create vg ${[leg(0), disk(1), disk(2), disk(3)]} --extent-size 1M`;
    await dvm`create vg/a --size 12M --type raid5 ${[leg(0), disk(1), disk(2)]}`;
    fill('/dev/dvm/vg/a', 12, 1);
    synced('vg-a');
    failLeg(0, disk(0), size);
    fill('/dev/dvm/vg/a', 2, 2);
    assert.is(raidStatus('vg-a').health, 'DAA');
    sum = digest('/dev/dvm/vg/a', 12);
    await dvm`repair vg/a`;
    assert.is(synced('vg-a').health, 'AAA');
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
    assert.equal(disksOf('vg-a_rimage_0'), ['loop3']);
    assert.equal(unsettled(), []);
  });

  test('a live image moves to another device', async () => {
    await dvm`extend vg ${disk(4)}`;
    assert.is((await refusal(() => dvm`repair vg/a --replace ${disk(1)} ${disk(2)}`)).code, 'no-space');
    await dvm`repair vg/a --replace ${disk(1)} ${disk(4)}`;
    assert.is(synced('vg-a').health, 'AAA');
    assert.equal(disksOf('vg-a_rimage_1'), ['loop4']);
    await pipe`discover vg | tm update vg -- vg_check`;
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
  });

  test('a device is gone: up all the same when asked to, and whole again on another', async () => {
    await dvm`deactivate vg`;
    sh`losetup -d ${disk(2)}`;
    assert.is((await refusal(() => dvm`activate vg/a`)).code, 'missing-devices');
    await dvm`activate vg/a --degraded`;
    assert.match(tables()['vg-a']?.[0] ?? '', / 3 \d+:\d+ \d+:\d+ \d+:\d+ \d+:\d+ - -$/);
    assert.is(raidStatus('vg-a').health, 'AA-');
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
    const { document } = await pipe`discover vg`;
    await dvm`recover vg --without ${Object.keys(document.missing)}`;
    await dvm`repair vg/a ${disk(1)}`;
    assert.is(synced('vg-a').health, 'AAA');
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
    assert.equal(disksOf('vg-a_rimage_2'), ['loop1']);
    assert.equal(unsettled(), []);
  });

  test('more gone than can be made up for: only what can be read otherwise comes up', async () => {
    await dvm`create vg/b --size 4M ${disk(4)}`;
    await pipe`discover vg | tm update vg -- vg_check`;
    await dvm`deactivate vg`;
    for (const i of [1, 3]) sh`losetup -d ${disk(i)}`;
    assert.is((await refusal(() => dvm`activate vg/a --degraded`)).code, 'missing-device');
    await dvm`activate vg --partial`;
    assert.equal(tables()['vg-a'], [`0 ${12 * MIB} error `]);
    assert.match(tables()['vg-b']?.[0] ?? '', /linear/);
  });

  test.run();
});
