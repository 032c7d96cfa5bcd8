import { writeFileSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { type Document, dvm, pipe, refusal, sh, sha256, tables, unsettled } from '#test/support/guest.js';
import { startWriter } from '#test/support/writer.js';

/** What the report says of a volume. */
async function reported(volume: string, fields: string): Promise<Document> {
  const { document } =
    await pipe`discover vg | tm read vg | report vg --show lv --format json -o ${fields} --filter ${`lv_name = "${volume}"`}`;
  return JSON.parse(document.text).lv[0];
}
const copied = async (): Promise<void> => void (await pipe`discover vg | tm read vg | vg_wait --timeout 60`);
const polled = async (): Promise<void> => void (await pipe`discover vg | tm update vg -- vg_check`);

guestTests({ disks: ['160M', '32M'], loops: { count: 2, size: '8M' } }, () => {
  const test = suite('clones');

  test('a clone has the content of its source at once, and what is written to it', async () => {
    sh`mkfs.ext4 -q /dev/ubdb`;
    sh`mkdir -p /mnt/c /mnt/s`;
    sh`mount /dev/ubdb /mnt/s`;
    sh`dd if=/dev/urandom of=/mnt/s/old bs=1M count=8 status=none`;
    sh`umount /mnt/s`;
    await dvm`create vg /dev/ubda --extent-size 1M`;
    await dvm`clone /dev/ubdb vg/c --no-hydration`;
    assert.is(sha256('/dev/mapper/vg-c'), sha256('/dev/ubdb'));
    assert.match(tables()['vg-c']?.[0] ?? '', /^0 65536 clone \S+ \S+ \S+ 128 1 no_hydration 0$/);
    sh`mount /dev/mapper/vg-c /mnt/c`;
    sh`cp /etc/passwd /mnt/c/new`;
    sh`sync`;
    const { copy_percent: percent, origin, hydration } = await reported('c', 'copy_percent,origin,hydration');
    assert.ok(percent > 0 && percent < 100, `${percent} % of what was written`);
    assert.equal([origin, hydration], ['/dev/ubdb', 'off']);
  });

  test('it goes on where it was when it comes up again', async () => {
    sh`umount /mnt/c`;
    await dvm`deactivate vg`;
    await dvm`activate vg`;
    sh`e2fsck -fn /dev/mapper/vg-c`;
    sh`mount /dev/mapper/vg-c /mnt/c`;
    sh`cmp /etc/passwd /mnt/c/new`;
  });

  test('its table is not switched while it is active', async () => {
    assert.is((await refusal(() => dvm`set vg/c --read-only on`)).code, 'clone-active');
    assert.is((await refusal(() => dvm`extend vg/c --size +4M`)).code, 'cloning');
  });

  test('copied while it is written, then it stands alone', async () => {
    const before = sha256('/mnt/c/old');
    const writer = startWriter(['/mnt/c/busy'], '4m');
    await dvm`set vg/c --hydration on`;
    await copied();
    await polled();
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.match(tables()['vg-c']?.[0] ?? '', /^0 65536 linear/);
    assert.equal(Object.keys(tables()), ['vg-c']);
    assert.equal(unsettled(), []);
    sh`dd if=/dev/zero of=/dev/ubdb bs=1M count=32 oflag=direct status=none`;
    sh`umount /mnt/c`;
    sh`e2fsck -fn /dev/mapper/vg-c`;
    sh`mount /dev/mapper/vg-c /mnt/c`;
    assert.is(sha256('/mnt/c/old'), before);
    sh`cmp /etc/passwd /mnt/c/new`;
    sh`umount /mnt/c`;
  });

  test('a clone of a read-only volume; the source is kept until it is whole', async () => {
    assert.is((await refusal(() => dvm`clone vg/c d`)).code, 'origin-writable');
    await dvm`set vg/c --read-only on`;
    await dvm`clone vg/c d --region-size 4K --hydration-threshold 16 --hydration-batch-size 16 --no-hydration`;
    assert.is(sha256('/dev/mapper/vg-d'), sha256('/dev/mapper/vg-c'));
    assert.is((await refusal(() => dvm`remove vg/c`)).code, 'volume-in-use');
    await dvm`set vg/d --hydration on`;
    await copied();
    await dvm`remove vg/d`;
    await dvm`remove vg/c`;
    assert.equal(tables(), {});
  });

  test('a source of any number of sectors', async () => {
    writeFileSync('/tmp/odd', Buffer.alloc(5_000_192, 'dvm '));
    const loop = sh`losetup --show -f /tmp/odd`.trim();
    await dvm`clone ${loop} vg/odd`;
    assert.equal(
      tables()['vg-odd']?.map((row) => row.split(' ').slice(0, 3).join(' ')),
      ['0 9766 clone', '9766 474 linear'],
    );
    sh`cmp -n 5000192 /tmp/odd /dev/mapper/vg-odd`;
    sh`dd if=/etc/passwd of=/dev/mapper/vg-odd bs=512 seek=9766 count=1 oflag=direct status=none`;
    await copied();
    await polled();
    sh`cmp -n 5000192 /tmp/odd /dev/mapper/vg-odd`;
    sh`cmp -n 512 -i 0:5000192 /etc/passwd /dev/mapper/vg-odd`;
    sh`losetup -d ${loop}`;
    await dvm`remove vg/odd`;
  });

  test('a path that means another device is refused, and so is one that means none', async () => {
    sh`ln -s /dev/loop0 /run/source`;
    await dvm`clone /run/source vg/e --no-hydration`;
    await dvm`deactivate vg`;
    sh`ln -sfn /dev/ubdb /run/source`;
    const e = await refusal(() => dvm`activate vg/e`);
    assert.is(e.message, 'source "/run/source" of clone "vg-e" has 65536 sectors, not 16384');
    sh`rm /run/source`;
    assert.is((await refusal(() => dvm`activate vg/e`)).code, 'no-source');
    sh`ln -s /dev/loop0 /run/source`;
    await dvm`activate vg/e`;
    await dvm`remove vg/e`;
    assert.equal(tables(), {});
  });

  test.run();
});
