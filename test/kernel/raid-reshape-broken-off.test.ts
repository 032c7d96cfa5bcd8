import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh } from '#test/support/guest.js';
import { digest, fill, raidStatus, synced } from '#test/support/raid.js';
import { reshapeAt } from '#test/support/raid-reshape.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];
const path = '/dev/dvm/vg/b';

guestTests({ disks: disks.map(() => '32M'), timeLimit: 240 }, () => {
  const test = suite('raid goes down and up while it is laid out anew');
  let sum = '';

  test('a raid5 of two stripes becomes one of three', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
    await dvm`create vg/b --size 16M --type raid5 --stripes 2`;
    sum = fill(path, 16, 7);
    synced('vg-b');
    await pipe`discover vg | tm update vg -- vg_check`;
    reshapeAt('a crawl');
    await pipe`discover vg | tm update vg -- lv_convert b --stripes 3`;
    assert.is(raidStatus('vg-b').action, 'reshape');
  });

  test('down before the metadata knows that the kernel was told: it goes on', async () => {
    await dvm`deactivate vg/b`;
    await dvm`activate vg/b`;
    await pipe`discover vg | tm update vg -- vg_check`;
    assert.is(raidStatus('vg-b').action, 'reshape');
  });

  test('nothing else is done to it meanwhile, and other changes pass it by', async () => {
    assert.is((await refusal(() => dvm`extend vg/b --size +3M`)).code, 'reshaping');
    await dvm`set vg/b --add-tag x`;
    await dvm`deactivate vg/b`;
    await dvm`activate vg/b`;
    assert.is(raidStatus('vg-b').action, 'reshape');
  });

  test('it is finished, and gone', async () => {
    reshapeAt('full speed');
    await dvm`convert vg/b --stripes 3`;
    assert.is(Number(sh`blockdev --getsz ${path}`), 24 * 2048);
    assert.is(digest(path, 16), sum);
    await dvm`remove vg/b`;
    assert.equal(devices(), []);
  });

  test.run();
});
