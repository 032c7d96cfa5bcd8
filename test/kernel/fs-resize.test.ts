import { mkdirSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, refusal, sh } from '#test/support/guest.js';

const mnt = '/tmp/mnt';
const MIB = 1 << 20;

function fill(): string {
  sh`dd if=/dev/urandom of=${mnt}/file bs=1M count=4 status=none conv=fsync`;
  return sum();
}

function sum(): string {
  return sh`sha256sum ${mnt}/file`.split(' ')[0] ?? '';
}

/** Bytes that the mounted file system offers. */
function room(): number {
  return Number(sh`df --output=size -B1 ${mnt}`.trim().split('\n')[1]);
}

guestTests({ disks: ['600M', '600M'], memory: '512M' }, () => {
  const test = suite('file systems follow their volumes');
  mkdirSync(mnt);

  test('ext4 grows while it is mounted', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb`;
    await dvm`create vg/ext --size 32M`;
    sh`mkfs.ext4 -q /dev/dvm/vg/ext`;
    sh`mount /dev/dvm/vg/ext ${mnt}`;
    const before = fill();
    const grown = await dvm`extend vg/ext --size 64M --fs`;
    assert.is(grown.action, 'grow');
    assert.is(grown.mountedOn, mnt);
    assert.ok(room() > 48 * MIB);
    assert.is(sum(), before);
  });

  test('smaller: refused while mounted, and without --fs; then the file system first', async () => {
    assert.is((await refusal(() => dvm`reduce vg/ext --size 32M --fs`)).code, 'file-system-mounted');
    assert.is((await refusal(() => dvm`reduce vg/ext --size 32M`)).code, 'file-system-larger');
    const before = sum();
    sh`umount ${mnt}`;
    await dvm`reduce vg/ext --size 32M --fs`;
    assert.is(Number(sh`blockdev --getsize64 /dev/dvm/vg/ext`), 32 * MIB);
    sh`e2fsck -fn /dev/dvm/vg/ext`;
    sh`mount /dev/dvm/vg/ext ${mnt}`;
    assert.is(sum(), before);
    sh`umount ${mnt}`;
  });

  test('one that does not fit into less is left as it was, and so is the volume', async () => {
    sh`mount /dev/dvm/vg/ext ${mnt}`;
    const before = sum();
    sh`umount ${mnt}`;
    assert.is((await refusal(() => dvm`reduce vg/ext --size 4M --fs`)).code, 'resize2fs-failed');
    assert.is(Number(sh`blockdev --getsize64 /dev/dvm/vg/ext`), 32 * MIB);
    sh`mount /dev/dvm/vg/ext ${mnt}`;
    assert.is(sum(), before);
    sh`umount ${mnt}`;
    await dvm`remove vg/ext`;
  });

  test('xfs grows mounted or not, and is refused to shrink', async () => {
    await dvm`create vg/xfs --size 320M`;
    sh`mkfs.xfs -q /dev/dvm/vg/xfs`;
    assert.is((await dvm`extend vg/xfs --size 340M --fs`).done, true);
    sh`mount /dev/dvm/vg/xfs ${mnt}`;
    const before = fill();
    await dvm`extend vg/xfs --size 400M --fs`;
    assert.ok(room() > 300 * MIB);
    assert.is((await refusal(() => dvm`reduce vg/xfs --size 340M --fs`)).code, 'cannot-shrink');
    assert.is(sum(), before);
    sh`umount ${mnt}`;
    await dvm`remove vg/xfs`;
  });

  test('btrfs grows and shrinks while it is mounted', async () => {
    await dvm`create vg/btr --size 400M`;
    sh`mkfs.btrfs -q /dev/dvm/vg/btr`;
    sh`mount /dev/dvm/vg/btr ${mnt}`;
    const before = fill();
    await dvm`extend vg/btr --size 500M --fs`;
    await dvm`reduce vg/btr --size 300M --fs`;
    assert.is(Number(sh`blockdev --getsize64 /dev/dvm/vg/btr`), 300 * MIB);
    assert.is(sum(), before);
    sh`umount ${mnt}`;
    sh`btrfs check -q /dev/dvm/vg/btr`;
    await dvm`remove vg/btr`;
  });

  test('swap is swapped off meanwhile', async () => {
    await dvm`create vg/swap --size 16M`;
    sh`mkswap -L swp /dev/dvm/vg/swap`;
    sh`swapon /dev/dvm/vg/swap`;
    await dvm`extend vg/swap --size 32M --fs`;
    assert.match(sh`swapon --show=SIZE --bytes --noheadings`, new RegExp(`^${32 * MIB - 4096}`));
    await dvm`reduce vg/swap --size 8M --fs`;
    assert.match(sh`swapon --show=SIZE --bytes --noheadings`, new RegExp(`^${8 * MIB - 4096}`));
    assert.match(sh`blkid /dev/dvm/vg/swap`, /LABEL="swp"/);
    sh`swapoff /dev/dvm/vg/swap`;
  });

  test('what cannot be resized is named; what is inactive cannot be seen', async () => {
    sh`wipefs -aq /dev/dvm/vg/swap`;
    assert.is((await dvm`extend vg/swap --size 12M --fs`).type, null);
    await dvm`deactivate vg/swap`;
    assert.is((await refusal(() => dvm`reduce vg/swap --size 8M`)).code, 'inactive');
    await dvm`reduce vg/swap --size 8M --force`;
  });

  test.run();
});
