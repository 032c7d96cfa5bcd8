import { mkdirSync, writeFileSync } from 'node:fs';
import type { Metadata } from '#metadata/metadata.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, refusal, sh, tables, unsettled } from '#test/support/guest.js';
import { startWriter, type Writer } from '#test/support/writer.js';

const mnt = '/tmp/mnt';

/** Which devices the extents of a volume lie on. */
async function devicesOf(volume: string): Promise<string[]> {
  const { metadata, devices } = (await pipe`discover vg | tm read vg`).document;
  const lv = Object.values(metadata.lvs as Metadata['lvs']).find((v) => v.name === volume);
  const pvs = lv?.segments.flatMap((s) => s.areas.map((a) => a.pv ?? '')) ?? [];
  return [...new Set(pvs.map((pv) => String(devices[pv]?.path)))].sort();
}

/** How much of the time the kernel may spend on copying, in percent. */
function throttle(percent: number): void {
  writeFileSync('/sys/module/dm_mirror/parameters/raid1_resync_throttle', String(percent));
}

guestTests({ disks: ['96M', '96M', '96M'] }, () => {
  const test = suite('moving extents under load');
  mkdirSync(mnt);
  let writer: Writer;

  test('a mounted volume and a striped one leave a device while they are written', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb /dev/ubdc --extent-size 1M`;
    await dvm`create vg/fs --size 24M /dev/ubda`;
    await dvm`create vg/raw --size 16M --stripes 2 /dev/ubda /dev/ubdb`;
    sh`mkfs.ext4 -q /dev/dvm/vg/fs`;
    sh`mount /dev/dvm/vg/fs ${mnt}`;
    writer = startWriter([`${mnt}/file`, '/dev/mapper/vg-raw'], '4m');
    await dvm`move vg /dev/ubda /dev/ubdc --step 8M`;
    assert.equal(await devicesOf('fs'), ['/dev/ubdc']);
    assert.equal(await devicesOf('raw'), ['/dev/ubdb', '/dev/ubdc']);
    assert.equal(
      Object.keys(tables()).filter((n) => n.includes('pvmove')),
      [],
    );
    assert.equal(unsettled(), []);
  });

  test('back again in one go, given up half way, and once more', async () => {
    throttle(1);
    await pipe`discover vg | tm update vg -- pv_move /dev/ubdc /dev/ubda`;
    assert.ok(Object.keys(tables()).includes('vg-pvmove0'));
    await dvm`move vg --abort`;
    throttle(100);
    assert.equal(await devicesOf('fs'), ['/dev/ubdc']);
    await dvm`move vg /dev/ubdc`;
    assert.equal(await devicesOf('fs'), ['/dev/ubda']);
    assert.equal((await pipe`discover vg | tm verify vg`).document.state, 'ok');
  });

  test('a move goes on after everything was down', async () => {
    await writer.stop();
    sh`umount ${mnt}`;
    await pipe`discover vg | tm update vg -- pv_move /dev/ubda /dev/ubdc`;
    await dvm`deactivate vg`;
    assert.equal(tables(), {});
    await dvm`activate vg`;
    await pipe`discover vg | tm read vg | vg_wait --timeout 60`;
    await pipe`discover vg | tm update vg -- vg_check`;
    assert.equal(await devicesOf('fs'), ['/dev/ubdc']);
    sh`e2fsck -fn /dev/dvm/vg/fs`;
  });

  test('no write failed, and what was written is there', async () => {
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.not.match(sh`dmesg`, /I\/O error|EXT4-fs error/);
  });

  test('the device can leave the group then', async () => {
    assert.is((await refusal(() => dvm`reduce vg /dev/ubdc`)).code, 'pv-in-use');
    await dvm`reduce vg /dev/ubda`;
  });

  test.run();
});
