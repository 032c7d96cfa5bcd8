import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, tables, unsettled } from '#test/support/guest.js';
import { digest, fill, raidStatus, synced } from '#test/support/raid.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];

guestTests({ disks: ['64M', '64M', '64M', '64M'] }, () => {
  const test = suite('volumes become redundant and the reverse');
  let sum = '';

  test('linear to raid1, in use', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
    await dvm`create vg/a --size 12M`;
    sum = fill('/dev/dvm/vg/a', 12, 1);
    await dvm`convert vg/a --type raid1`;
    assert.match(tables()['vg-a']?.[0] ?? '', / raid raid1 3 0 region_size 4096 2 /);
    assert.is(synced('vg-a').health, 'AA');
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
    assert.is(digest('/dev/mapper/vg-a_rimage_1', 12), sum);
    assert.equal(unsettled(), []);
  });

  test('the metadata knows of each image until it is whole', async () => {
    await pipe`discover vg | tm update vg -- vg_check`;
    const { document } = await pipe`discover vg | tm read vg`;
    const [segment] =
      Object.values<{ name: string; segments: object[] }>(document.metadata.lvs).find((l) => l.name === 'a')?.segments ?? [];
    assert.equal(Object.keys(segment ?? {}).sort(), ['areas', 'count', 'level', 'metas', 'regionSize', 'start', 'type']);
  });

  test('a third copy, and two again', async () => {
    await dvm`convert vg/a --mirrors 2`;
    assert.is(synced('vg-a').health, 'AAA');
    assert.is(digest('/dev/mapper/vg-a_rimage_2', 12), sum);
    await pipe`discover vg | tm update vg -- vg_check`;
    await dvm`convert vg/a --mirrors 1 /dev/ubda`;
    assert.is(raidStatus('vg-a').health, 'AA');
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
    assert.equal(devices(), ['vg-a', 'vg-a_rimage_0', 'vg-a_rimage_1', 'vg-a_rmeta_0', 'vg-a_rmeta_1']);
  });

  test('images that differ are found, and mended', async () => {
    const before = digest('/dev/mapper/vg-a_rimage_1', 12);
    fill('/dev/mapper/vg-a_rimage_1', 1, 9, 4);
    await dvm`scrub vg/a`;
    assert.ok(synced('vg-a').mismatches > 0);
    const { document } = await pipe`discover vg | tm read vg | report vg --show lv --format json -o lv_attr,raid_sync_action`;
    assert.match(JSON.stringify(document), /rwi-a-r-m-/);
    await dvm`scrub vg/a --repair`;
    synced('vg-a');
    await dvm`scrub vg/a`;
    assert.is(synced('vg-a').mismatches, 0);
    assert.is(digest('/dev/mapper/vg-a_rimage_1', 12), before);
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
  });

  test('one image as a volume of its own', async () => {
    await dvm`convert vg/a --split b`;
    assert.equal(devices(), ['vg-a', 'vg-b']);
    assert.equal([digest('/dev/dvm/vg/a', 12), digest('/dev/dvm/vg/b', 12)], [sum, sum]);
    await dvm`remove vg/b`;
  });

  test('redundant and not again', async () => {
    await dvm`convert vg/a --type raid1 --mirrors 2`;
    synced('vg-a');
    await pipe`discover vg | tm update vg -- vg_check`;
    await dvm`convert vg/a --type linear`;
    assert.equal(devices(), ['vg-a']);
    assert.is(digest('/dev/dvm/vg/a', 12), sum);
    assert.is((await refusal(() => dvm`convert vg/a --split b`)).code, 'no-conversion');
    assert.equal(unsettled(), []);
  });

  test.run();
});
