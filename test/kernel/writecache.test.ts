import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, refusal, sh, sha256, tables, unsettled } from '#test/support/guest.js';
import { startWriter } from '#test/support/writer.js';

/** The table that LVM2 has for the same, with numbers for devices that mean nothing. */
function peerTable(): string {
  const lvm = ['--driverloaded', 'y', '--config', 'activation{udev_sync=0 udev_rules=0} backup{backup=0 archive=0}'];
  sh`vgcreate -qq ${lvm} -s 1m peer /dev/ubdc /dev/ubdd`;
  sh`lvcreate -qq ${lvm} -an -Zn -Wn -L 32m -n data peer /dev/ubdc`;
  sh`lvcreate -qq ${lvm} -an -Zn -Wn -L 16m -n fast peer /dev/ubdd`;
  sh`lvconvert -qq -y ${lvm} --type writecache --cachevol fast --cachesettings block_size=4096 peer/data`;
  sh`vgchange -qq ${lvm} -ay peer`;
  const table = shape('peer-data');
  sh`vgchange -qq ${lvm} -an peer`;
  return table;
}

const shape = (name: string): string => (tables()[name]?.[0] ?? '').replace(/\d+:\d+/g, 'DEV');

guestTests({ disks: ['96M', '96M', '96M', '96M'] }, () => {
  const test = suite('writecaches');

  test('put before a mounted volume that is written to', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/data --size 32M /dev/ubda`;
    sh`mkfs.ext4 -q -b 4096 /dev/dvm/vg/data`;
    sh`mkdir -p /mnt/d`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    const writer = startWriter(['/mnt/d/busy'], '4m');
    await dvm`writecache vg/data /dev/ubdb --size 16M --block-size 4096`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    sh`dd if=/dev/urandom of=/mnt/d/file bs=64k count=64 conv=fsync status=none`;
    assert.is(shape('vg-data'), peerTable());
    assert.equal(unsettled(), []);
    assert.is((await refusal(() => dvm`snapshot vg/data s --size 8M`)).code, 'has-writecache');
    assert.is((await refusal(() => dvm`writecache vg/data /dev/ubdb --size 16M`)).code, 'cannot-cache');
  });

  test('grown, down and up again it has what was written', async () => {
    const sum = sha256('/mnt/d/file');
    await dvm`extend vg/data --size 40M --fs`;
    sh`umount /mnt/d`;
    await dvm`deactivate vg`;
    assert.equal(devices(), []);
    await dvm`activate vg`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    assert.is(sha256('/mnt/d/file'), sum);
  });

  test('taken off while it is written to: nothing is lost', async () => {
    const sum = sha256('/mnt/d/file');
    const writer = startWriter(['/mnt/d/busy'], '4m');
    await dvm`writecache vg/data --off`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.equal([devices(), tables()['vg-data']?.length], [['vg-data'], 1]);
    sh`umount /mnt/d`;
    sh`e2fsck -fn /dev/dvm/vg/data`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    assert.is(sha256('/mnt/d/file'), sum);
    sh`umount /mnt/d`;
    assert.equal(unsettled(), []);
  });

  test.run();
});
