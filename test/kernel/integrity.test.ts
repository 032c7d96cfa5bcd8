import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, refusal, sh, sha256, tables, unsettled } from '#test/support/guest.js';
import { startWriter } from '#test/support/writer.js';

async function mismatches(volume: string): Promise<number> {
  const filter = `lv_name = "${volume}"`;
  const { document } =
    await pipe`discover vg | tm read vg | report vg --show lv --format json -o integritymismatches --filter ${filter}`;
  return JSON.parse(document.text).lv[0].integritymismatches;
}
const computed = async (): Promise<void> => void (await pipe`discover vg | tm read vg | vg_wait --timeout 60`);
const readAll = (volume: string): string => sh`dd if=/dev/mapper/vg-${volume} of=/dev/null bs=64k iflag=direct status=none`;

/** Brings what is in the journal to its place. */
function settle(): void {
  sh`dmsetup suspend vg-a`;
  sh`dmsetup resume vg-a`;
}

guestTests({ disks: ['192M'] }, () => {
  const test = suite('volumes with checksums');

  test('a volume in use gets them, of what is on it too', async () => {
    await dvm`create vg /dev/ubda --extent-size 1M`;
    await dvm`create vg/a --size 24M`;
    sh`mkfs.ext4 -q /dev/mapper/vg-a`;
    sh`mkdir -p /mnt/a`;
    sh`mount /dev/mapper/vg-a /mnt/a`;
    sh`dd if=/dev/urandom of=/mnt/a/old bs=1M count=4 status=none`;
    const sum = sha256('/mnt/a/old');
    const writer = startWriter(['/mnt/a/busy'], '2m');
    await dvm`integrity vg/a`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    await computed();
    assert.match(tables()['vg-a']?.[0] ?? '', /^0 49152 integrity \S+ 0 4 J \d+ meta_device:\S+ .*internal_hash:crc32c$/);
    assert.equal(unsettled(), []);
    sh`umount /mnt/a`;
    readAll('a');
    sh`e2fsck -fn /dev/mapper/vg-a`;
    sh`mount /dev/mapper/vg-a /mnt/a`;
    assert.is(sha256('/mnt/a/old'), sum);
    sh`umount /mnt/a`;
    assert.is(await mismatches('a'), 0);
  });

  test('a flipped byte is an error and is counted; what is written anew is sound', async () => {
    const block = ['bs=4k', 'count=1', 'seek=2000', 'oflag=direct', 'status=none'];
    sh`dd if=/dev/urandom of=/dev/mapper/vg-a ${block}`;
    settle();
    sh`dd if=/dev/mapper/vg-a_iorig of=/tmp/block bs=4k count=1 skip=2000 iflag=direct status=none`;
    sh`sh -c ${"printf '\\125' | dd of=/tmp/block bs=1 seek=700 conv=notrunc status=none"}`;
    sh`dd if=/tmp/block of=/dev/mapper/vg-a_iorig ${block}`;
    assert.throws(() => readAll('a'), /error reading/);
    assert.ok((await mismatches('a')) >= 1);
    sh`dd if=/dev/zero of=/dev/mapper/vg-a ${block}`;
    settle();
    readAll('a');
  });

  test('they outlive the device, and go while it is in use', async () => {
    await dvm`deactivate vg`;
    await dvm`activate vg`;
    readAll('a');
    sh`mount /dev/mapper/vg-a /mnt/a`;
    const sum = sha256('/mnt/a/old');
    await dvm`integrity vg/a --off`;
    assert.match(tables()['vg-a']?.[0] ?? '', /^0 49152 linear/);
    assert.equal(Object.keys(tables()), ['vg-a']);
    sh`umount /mnt/a`;
    sh`mount /dev/mapper/vg-a /mnt/a`;
    assert.is(sha256('/mnt/a/old'), sum);
    sh`umount /mnt/a`;
  });

  test('a new volume has them at once; every algorithm, mode and size finds room for its checksums', async () => {
    const ways = [
      ['--mode', 'bitmap', '--algorithm', 'sha256', '--block-size', '4096'],
      ['--mode', 'bitmap', '--algorithm', 'crc32c', '--block-size', '512'],
      ['--mode', 'journal', '--algorithm', 'xxhash64', '--block-size', '1024'],
      ['--mode', 'journal', '--algorithm', 'sha256', '--block-size', '512'],
    ];
    for (const [i, way] of ways.entries())
      for (const size of ['1M', '37M']) {
        const edits = ['--', 'lv_create', 'b', '--size', size, '--', 'lv_integrity', 'b', ...way];
        await pipe`discover vg | tm update vg ${edits}`;
        sh`dd if=/dev/urandom of=/dev/mapper/vg-b bs=64k count=16 oflag=direct status=none`;
        await computed();
        const sum = sha256('/dev/mapper/vg-b');
        await dvm`deactivate vg/b`;
        await dvm`activate vg/b`;
        assert.is(sha256('/dev/mapper/vg-b'), sum, `way ${i}, ${size}`);
        await dvm`remove vg/b`;
      }
  });

  test('no second table over checksums that are in use; it may become read-only', async () => {
    await dvm`integrity vg/a --mode bitmap`;
    assert.is((await refusal(() => dvm`snapshot vg/a s --size 4M`)).code, 'integrity-active');
    assert.is((await refusal(() => dvm`extend vg/a --size +4M`)).code, 'has-integrity');
    await dvm`set vg/a --read-only on`;
    readAll('a');
    await dvm`set vg/a --read-only off`;
    readAll('a');
    await dvm`remove vg/a`;
    assert.equal(tables(), {});
  });

  test.run();
});
