import { readdirSync, readFileSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, settings, sh, sha256, tables, unsettled } from '#test/support/guest.js';
import { addKey, dropKey } from '#test/support/keyring.js';
import { startWriter } from '#test/support/writer.js';

/** Encrypted volumes on a real kernel, with keys in its keyring. */

/** Whether the bytes are on a disk. */
function isOn(disk: string, bytes: Buffer): boolean {
  sh`sync`;
  return readFileSync(disk).includes(bytes);
}

const [one, other] = [1, 2].map((n) => Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 37 + n * 101) & 0xff))) as [
  Buffer,
  Buffer,
];

guestTests({ disks: ['64M', '64M'] }, () => {
  const test = suite('encrypted volumes');
  let key = 0;

  test('without the key nothing is changed, and it is said what is missing', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    const e = await refusal(() => dvm`crypt vg/secret --size 16M --key logon:dvm:secret`);
    assert.equal([e.code, e.exitCode], ['no-key', 80]);
    assert.match(e.message, 'key of encrypted device "vg-secret" is not in the keyring of the kernel; nothing was changed');
    assert.match(e.hint ?? '', 'keyctl padd logon');
    assert.equal([devices(), (await dvm`show vg`).lvs ?? []], [[], []]);
  });

  test('with it what is written is on no disk as it was, and no trace has the key', async () => {
    key = addKey('dvm:secret', one);
    settings.trace = '/tmp/trace';
    await pipe`discover vg | tm update vg -- lv_crypt secret --size 16M --key logon:dvm:secret`;
    settings.trace = undefined;
    assert.match(tables()['vg-secret']?.[0] ?? '', /^0 32768 crypt aes-xts-plain64 :64:logon:dvm:secret 0 254:\d+ 0$/);
    sh`mkfs.ext4 -q /dev/dvm/vg/secret`;
    sh`mkdir -p /mnt/s`;
    sh`mount /dev/dvm/vg/secret /mnt/s`;
    sh`bash -c ${'yes plaintext-to-be-found | head -c 1M > /mnt/s/file'}`;
    for (const disk of ['/dev/ubda', '/dev/ubdb'])
      assert.equal([isOn(disk, Buffer.from('plaintext-to-be-found')), isOn(disk, one)], [false, false]);
    const traces = readdirSync('/tmp/trace').map((f) => readFileSync(`/tmp/trace/${f}`, 'latin1'));
    assert.ok(traces.length > 0 && traces.every((t) => !t.includes(one.toString('hex')) && !t.includes(one.toString('latin1'))));
  });

  test('it grows while it is written to', async () => {
    const writer = startWriter(['/mnt/s/busy'], '4m');
    await dvm`extend vg/secret --size 24M --fs`;
    assert.equal(await writer.verdict(), { failed: [], rounds: true });
    assert.match(tables()['vg-secret']?.[0] ?? '', /^0 49152 crypt/);
    assert.equal(unsettled(), []);
  });

  test('down and up it has what it had; nothing else of the group waits for its key', async () => {
    await dvm`create vg/plain --size 4M`;
    const sum = sha256('/mnt/s/file');
    sh`umount /mnt/s`;
    await dvm`deactivate vg`;
    dropKey(key);
    assert.is((await refusal(() => dvm`activate vg/secret`)).code, 'no-key');
    await dvm`activate vg --auto`;
    assert.equal(devices(), ['vg-plain']);
    key = addKey('dvm:secret', other);
    await dvm`activate vg/secret`;
    assert.not.match(sh`bash -c ${'blkid -p /dev/dvm/vg/secret || true'}`, 'ext4');
    await dvm`deactivate vg/secret`;
    addKey('dvm:secret', one);
    await dvm`activate vg/secret`;
    sh`mount /dev/dvm/vg/secret /mnt/s`;
    assert.is(sha256('/mnt/s/file'), sum);
    sh`umount /mnt/s`;
    await dvm`remove vg/secret`;
    assert.equal(devices(), ['vg-plain']);
  });

  test.run();
});
