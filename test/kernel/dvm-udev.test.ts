import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, sh, tables, unsettled } from '#test/support/guest.js';

const semaphores = (): number => readFileSync('/proc/sysvipc/sem', 'utf8').trim().split('\n').length - 1;
const property = (volume: string, name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(sh`udevadm info --query=property /dev/dvm/vg/${volume}`)?.[1];

/** What udev made: a link to the kernel's own node, where dvm alone makes a node. */
const madeByUdev = (volume: string): boolean => /^\.\.\/dm-\d+$/.test(readlinkSync(`/dev/mapper/vg-${volume}`));

guestTests({ disks: ['64M', '64M'], udev: true }, () => {
  const test = suite('dvm with udevd');
  mkdirSync('/run/udev/rules.d', { recursive: true });
  copyFileSync('packaging/udev/56-dvm.rules', '/run/udev/rules.d/56-dvm.rules');
  sh`udevadm control --reload`;

  test('volumes come and go with nodes and links by udev, and no cookie is left', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/data --size 8M`;
    await dvm`create vg/wide --size 8M --stripes 2`;
    for (const volume of ['data', 'wide']) {
      assert.ok(madeByUdev(volume), volume);
      assert.match(property(volume, 'DEVLINKS') ?? '', new RegExp(`(^| )/dev/dvm/vg/${volume}( |$)`));
      assert.match(property(volume, 'DEVLINKS') ?? '', /(^| )\/dev\/disk\/by-id\/dm-uuid-DVM-/);
    }
    assert.is(semaphores(), 0);
  });

  test('a file system is known to udev after it was made, and the volume grows while it is mounted', async () => {
    sh`mkfs.ext4 -q -L home /dev/dvm/vg/data`;
    sh`udevadm settle`;
    assert.is(property('data', 'ID_FS_LABEL'), 'home');
    mkdirSync('/tmp/mnt');
    sh`mount LABEL=home /tmp/mnt`;
    await dvm`extend vg/data --size +8M`;
    sh`resize2fs /dev/dvm/vg/data`;
    assert.is(Number(sh`blockdev --getsz /dev/dvm/vg/data`), 16 * 2048);
    assert.equal([unsettled(), semaphores()], [[], 0]);
    sh`umount /tmp/mnt`;
  });

  test('renamed: the links follow, the old ones are gone', async () => {
    await dvm`rename vg/data home`;
    assert.ok(madeByUdev('home'));
    assert.is(property('home', 'ID_FS_LABEL'), 'home');
    for (const path of ['/dev/dvm/vg/data', '/dev/mapper/vg-data']) assert.not.ok(existsSync(path), path);
    await dvm`rename vg other`;
    assert.ok(existsSync('/dev/dvm/other/home') && !existsSync('/dev/dvm/vg'));
    await dvm`rename other vg`;
    assert.is(semaphores(), 0);
  });

  test('many at once, down and up again', async () => {
    const volumes = Array.from({ length: 10 }, (_, i) => `v${i}`);
    await pipe`discover vg | tm update vg ${volumes.flatMap((v) => ['--', 'lv_create', v, '--size', '1M'])}`;
    const before = tables();
    await dvm`deactivate vg`;
    assert.equal(devices(), []);
    assert.not.ok(existsSync('/dev/dvm/vg'));
    await dvm`activate vg`;
    assert.equal(tables(), before);
    for (const v of volumes) assert.ok(madeByUdev(v), v);
    assert.is(semaphores(), 0);
  });

  test('removed at once after it was written to, although udev looks at it then', async () => {
    for (let i = 0; i < 10; i++) {
      sh`dd if=/dev/zero of=/dev/dvm/vg/v${i} bs=4k count=1 status=none`;
      await dvm`remove vg/v${i}`;
      assert.not.ok(lstatSync(`/dev/dvm/vg/v${i}`, { throwIfNoEntry: false }));
    }
    assert.is(semaphores(), 0);
  });

  test('the group goes, and so does everything in /dev', async () => {
    await dvm`remove vg/home`;
    await dvm`remove vg/wide`;
    await dvm`remove vg`;
    assert.equal(devices(), []);
    for (const path of ['/dev/dvm/vg', '/dev/vg']) assert.not.ok(existsSync(path), path);
    assert.equal(
      ((await dvm`list`).unlabelled as { path: string }[]).map((d) => d.path),
      ['/dev/ubda', '/dev/ubdb'],
    );
  });

  test('a udev that has stopped answering delays, and does not hang: nodes are made by hand', async () => {
    await dvm`create vg /dev/ubda --extent-size 1M`;
    sh`udevadm control --stop-exec-queue`;
    assert.is((await dvm`create vg/late --size 1M`).changed, true);
    assert.ok(lstatSync('/dev/mapper/vg-late').isBlockDevice());
    assert.is(readlinkSync('/dev/dvm/vg/late'), '../../mapper/vg-late');
    await dvm`remove vg/late`;
    assert.not.ok(existsSync('/dev/mapper/vg-late'));
    assert.is(semaphores(), 0);
  });

  test.run();
});
