import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, refusal, sh, tables, unsettled } from '#test/support/guest.js';

/** Thin pools, volumes and snapshots on a real kernel, with what is written to them. */
guestTests({ disks: ['128M', '128M'] }, () => {
  const test = suite('thin volumes');

  test('a pool is made of two hidden volumes, and volumes stand on its hidden device', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`thin-pool vg/pool --size 40M`;
    await dvm`thin vg/t1 --pool pool --virtual-size 20M`;
    assert.equal(Object.keys(tables()).sort(), ['vg-pool', 'vg-pool-tpool', 'vg-pool_tdata', 'vg-pool_tmeta', 'vg-t1']);
    assert.match(sh`dmsetup status vg-pool-tpool`, /thin-pool 1 /);
    sh`mkfs.ext4 -q /dev/mapper/vg-t1`;
    sh`mkdir -p /mnt/t /mnt/s`;
    sh`mount /dev/mapper/vg-t1 /mnt/t`;
    sh`cp /etc/passwd /mnt/t/file`;
  });

  test('a snapshot of a mounted volume has its file system whole, and keeps what the origin loses', async () => {
    await dvm`snapshot vg/t1 s1`;
    sh`rm /mnt/t/file`;
    sh`mount /dev/mapper/vg-s1 /mnt/s`;
    sh`cmp /etc/passwd /mnt/s/file`;
    sh`umount /mnt/s`;
    sh`e2fsck -fn /dev/mapper/vg-s1`;
    assert.match(sh`dmsetup status vg-pool-tpool`, /thin-pool 2 /);
    assert.equal(unsettled(), []);
  });

  test('an origin in use does not go back to its snapshot; unmounted it does', async () => {
    assert.is((await refusal(() => dvm`merge vg/s1`)).code, 'device-in-use');
    sh`umount /mnt/t`;
    await dvm`merge vg/s1`;
    sh`mount /dev/mapper/vg-t1 /mnt/t`;
    sh`cmp /etc/passwd /mnt/t/file`;
    sh`umount /mnt/t`;
    assert.match(tables()['vg-t1']?.[0] ?? '', /thin \d+:\d+ 2$/);
    assert.match(sh`dmsetup status vg-pool-tpool`, /thin-pool 3 /);
  });

  test('pool, metadata and volumes grow while they are in use', async () => {
    sh`mount /dev/mapper/vg-t1 /mnt/t`;
    await dvm`extend vg/pool --size +20M`;
    await pipe`discover vg | tm update vg -- lv_extend pool --metadata-size +2M`;
    await dvm`extend vg/t1 --size +10M`;
    assert.match(sh`dmsetup status vg-pool-tpool`, /thin-pool 3 \d+\/1024 \d+\/960 - rw/);
    assert.match(tables()['vg-t1']?.[0] ?? '', /^0 61440 thin/);
    sh`cmp /etc/passwd /mnt/t/file`;
    sh`umount /mnt/t`;
  });

  test('down and up again, all is there; a volume that is removed leaves its pool', async () => {
    await dvm`snapshot vg/t1 s2`;
    await dvm`deactivate vg`;
    assert.equal(Object.keys(tables()), []);
    await dvm`activate vg`;
    await dvm`remove vg/t1`;
    assert.match(sh`dmsetup status vg-pool-tpool`, /thin-pool 5 /);
    sh`mount /dev/mapper/vg-s2 /mnt/s`;
    sh`cmp /etc/passwd /mnt/s/file`;
    sh`umount /mnt/s`;
    await dvm`remove vg/s2`;
    await dvm`remove vg/pool`;
    assert.equal(Object.keys(tables()), []);
    assert.equal((await pipe`discover vg | tm read vg`).document.metadata.lvs, {});
  });

  test.run();
});
