import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, refusal, sh, sha256, tables, unsettled } from '#test/support/guest.js';
import { startWriter } from '#test/support/writer.js';

/** A volume becomes thin below a mounted file system, and goes back to a snapshot. */

guestTests({ disks: ['128M', '128M'] }, () => {
  const test = suite('volumes become thin');

  test('while its file system is mounted and written to: nothing is lost, nothing copied', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/data /dev/ubda --size 32M`;
    await dvm`thin-pool vg/pool /dev/ubdb --size 48M`;
    sh`mkfs.ext4 -q /dev/dvm/vg/data`;
    sh`mkdir -p /mnt/d /mnt/o`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    sh`dd if=/dev/urandom of=/mnt/d/file bs=64k count=64 conv=fsync status=none`;
    const sum = sha256('/mnt/d/file');
    const writer = startWriter(['/mnt/d/busy'], '4m');
    while (!existsSync('/mnt/d/busy')) await sleep(50);
    await dvm`convert vg/data --type thin --pool pool --origin-name golden`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.match(tables()['vg-data']?.[0] ?? '', /^0 65536 thin 254:\d+ 1 254:\d+$/);
    writeFileSystem();
    assert.is(sha256('/mnt/d/file'), sum);
    assert.equal(unsettled(), []);
  });

  test('its origin holds the clean file system of that moment, for others to read', async () => {
    sh`mount -o ro,noload /dev/dvm/vg/golden /mnt/o`;
    sh`cmp /mnt/d/file /mnt/o/file`;
    sh`umount /mnt/o`;
    await dvm`thin vg/second --pool pool --external-origin golden`;
    sh`e2fsck -fn /dev/dvm/vg/second`;
    assert.is((await refusal(() => dvm`remove vg/golden`)).code, 'volume-in-use');
  });

  test('down and up again, and back to a snapshot when nobody uses it', async () => {
    await dvm`snapshot vg/data monday`;
    const sum = sha256('/mnt/d/file');
    sh`rm /mnt/d/file`;
    const e = await refusal(() => dvm`revert vg/monday`);
    assert.is(e.code, 'device-in-use');
    sh`umount /mnt/d`;
    await dvm`revert vg/monday`;
    await dvm`deactivate vg`;
    assert.equal(Object.keys(tables()), []);
    await dvm`activate vg`;
    sh`e2fsck -fp /dev/dvm/vg/data`;
    sh`mount /dev/dvm/vg/data /mnt/d`;
    assert.is(sha256('/mnt/d/file'), sum);
    sh`umount /mnt/d`;
  });

  test.run();
});

function writeFileSystem(): void {
  sh`dd if=/dev/urandom of=/mnt/d/more bs=64k count=32 conv=fsync status=none`;
  sh`sync`;
}
