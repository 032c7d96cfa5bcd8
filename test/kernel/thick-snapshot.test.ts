import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, refusal, sh, sha256, tables, unsettled } from '#test/support/guest.js';
import { startWriter } from '#test/support/writer.js';

/** What LVM2 makes of the same, on a disk of the same size; names and numbers of devices apart. */
function peerTables(): string[] {
  const lvm = ['--driverloaded', 'y', '--config', 'activation{udev_sync=0 udev_rules=0} backup{backup=0 archive=0}'];
  sh`vgcreate -qq ${lvm} -s 1m peer /dev/ubdc`;
  sh`lvcreate -qq ${lvm} -an -Zn -Wn -L 32m -n data peer`;
  sh`vgchange -qq ${lvm} -ay peer`;
  sh`lvcreate -qq ${lvm} -s -L 16m -c 8k -n monday peer/data`;
  const found = shapes('peer-');
  sh`vgchange -qq ${lvm} -an peer`;
  return found;
}

/** The tables of devices that a prefix has, without what differs by nature: numbers of devices and where extents begin. */
function shapes(prefix: string): string[] {
  const strip = (row: string): string => row.replace(/\d+:\d+( \d+$)?/g, 'DEV');
  const layer = (name: string): string => name.slice(prefix.length).replace('-cow', '_cow');
  return Object.entries(tables())
    .filter(([name]) => name.startsWith(prefix))
    .flatMap(([name, rows]) => rows.map((row) => `${layer(name)}: ${strip(row)}`))
    .sort();
}

guestTests({ disks: ['96M', '96M', '96M'] }, () => {
  const test = suite('thick snapshots');

  test('of a mounted volume, while it is written: its file system needs no repair', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/data --size 32M`;
    sh`mkfs.ext4 -q /dev/dvm/vg/data`;
    sh`mkdir -p /mnt/d /mnt/s`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    sh`cp /etc/passwd /mnt/d/file`;
    const writer = startWriter(['/mnt/d/busy'], '4m');
    await dvm`snapshot vg/data monday --size 16M --chunk-size 8K`;
    await dvm`snapshot vg/data tuesday --size 16M`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    sh`rm /mnt/d/file`;
    for (const name of ['monday', 'tuesday']) {
      sh`e2fsck -fn /dev/mapper/vg-${name}`;
      sh`mount /dev/mapper/vg-${name} /mnt/s`;
      sh`cmp /etc/passwd /mnt/s/file`;
      sh`umount /mnt/s`;
    }
    assert.equal(unsettled(), []);
  });

  test('the origin is neither resized nor removed below its snapshots; they are activated together', async () => {
    assert.is((await refusal(() => dvm`extend vg/data --size +4M`)).code, 'has-snapshots');
    assert.is((await refusal(() => dvm`remove vg/data`)).code, 'volume-in-use');
    sh`umount /mnt/d`;
    await dvm`deactivate vg/data`;
    assert.equal(Object.keys(tables()), []);
    await dvm`activate vg/data`;
    assert.ok(Object.keys(tables()).includes('vg-monday'));
  });

  test('more room, and one removed: what is left goes on', async () => {
    await dvm`extend vg/monday --size 20M`;
    assert.match(sh`dmsetup status vg-monday`, /snapshot \d+\/40960 /);
    await dvm`remove vg/tuesday`;
    assert.equal(Object.keys(tables()).sort(), ['vg-data', 'vg-data-real', 'vg-monday', 'vg-monday_cow']);
    sh`e2fsck -fn /dev/mapper/vg-monday`;
  });

  test('merged while the origin is in use: at its next activation it is what it was', async () => {
    sh`mount /dev/dvm/vg/data /mnt/d`;
    await dvm`merge vg/monday`;
    assert.match(tables()['vg-data']?.[0] ?? '', /snapshot-origin/);
    sh`umount /mnt/d`;
    await dvm`deactivate vg/data`;
    await dvm`activate vg/data`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    sh`cmp /etc/passwd /mnt/d/file`;
    await pipe`discover vg | tm read vg | vg_wait --timeout 60`;
    await pipe`discover vg | tm update vg -- vg_check`;
    assert.equal(Object.keys(tables()), ['vg-data']);
    assert.match(tables()['vg-data']?.[0] ?? '', /^0 65536 linear/);
    sh`cmp /etc/passwd /mnt/d/file`;
    sh`umount /mnt/d`;
    sh`e2fsck -fn /dev/dvm/vg/data`;
  });

  test('merged while nobody uses the two: at once, with another snapshot beside', async () => {
    await dvm`snapshot vg/data monday --size 16M --chunk-size 8K`;
    await dvm`snapshot vg/data tuesday --size 16M`;
    const sum = sha256('/dev/dvm/vg/data');
    sh`dd if=/dev/urandom of=/dev/dvm/vg/data bs=64k count=100 conv=notrunc,fsync status=none`;
    const written = sha256('/dev/dvm/vg/data');
    await dvm`merge vg/monday`;
    assert.match(tables()['vg-data']?.[0] ?? '', /snapshot-merge/);
    assert.equal(sha256('/dev/dvm/vg/data'), sum);
    await dvm`activate vg`;
    assert.equal([Object.keys(tables()).includes('vg-monday'), unsettled()], [false, []]);
    await pipe`discover vg | tm read vg | vg_wait --timeout 60`;
    await pipe`discover vg | tm update vg -- vg_check`;
    assert.match(tables()['vg-data']?.[0] ?? '', /snapshot-origin/);
    assert.equal([sha256('/dev/dvm/vg/data'), sha256('/dev/dvm/vg/tuesday')], [sum, sum]);
    assert.not.equal(sum, written);
    await dvm`remove vg/tuesday`;
  });

  test('the same tables as LVM2 makes', async () => {
    await dvm`snapshot vg/data monday --size 16M --chunk-size 8K`;
    assert.equal(shapes('vg-'), peerTables());
  });

  test.run();
});
