import { spawn } from 'node:child_process';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh, tables, unsettled } from '#test/support/guest.js';
import { digest, fill, raidStatus, synced } from '#test/support/raid.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd', '/dev/ubde'];
const path = '/dev/dvm/vg/a';

const steps: [words: string, table: RegExp, size: number][] = [
  ['--stripes 3', / raid raid5_ls 3 128 region_size 4096 4 /, 12],
  ['--stripe-size 32K', / raid raid5_ls 3 64 region_size 4096 4 /, 12],
  ['--type raid5_n', / raid raid5_n 3 64 region_size 4096 4 /, 12],
  ['--stripes 2 --force', / raid raid5_n 3 64 region_size 4096 3 /, 8],
  ['--type raid6_zr', / raid raid6_zr 3 64 region_size 4096 4 /, 8],
];

/** Writes and reads all the time in the second half of the first 8 MiB; its exit code tells whether what it read was right. */
function load() {
  const words = ['--name=x', '--rw=randrw', '--bs=16k', '--verify=crc32c', '--time_based', '--runtime=300', '--ioengine=psync'];
  const fio = spawn('fio', [...words, `--filename=${path}`, '--offset=4M', '--size=4M', '--direct=1', '--verify_backlog=64'], {
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((done) => fio.once('exit', done));
  return async () => {
    fio.kill('SIGINT');
    return ended;
  };
}

guestTests({ disks: disks.map(() => '64M'), timeLimit: 240 }, () => {
  const test = suite('raid is laid out anew while it is in use');
  let sum = '';

  test('a raid5 of two stripes', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
    await dvm`create vg/a --size 8M --type raid5 --stripes 2`;
    sum = fill(path, 4, 1);
    synced('vg-a');
    await pipe`discover vg | tm update vg -- vg_check`;
  });

  for (const [words, table, size] of steps)
    test(words, async () => {
      const stop = load();
      await dvm`convert vg/a ${words.split(' ')}`;
      assert.is(await stop(), 0);
      assert.match(tables()['vg-a']?.[0] ?? '', table);
      assert.is(Number(sh`blockdev --getsz ${path}`), size * 2048);
      assert.is(digest(path, 4), sum);
      assert.equal(unsettled(), []);
    });

  test('parity is right after all that', async () => {
    synced('vg-a');
    await dvm`scrub vg/a`;
    assert.is(synced('vg-a').mismatches, 0);
  });

  test('down and up in the middle: it goes on, and nothing else is done meanwhile', async () => {
    await dvm`create vg/b --size 24M --type raid5 --stripes 2 --min-recovery-rate 1024 --max-recovery-rate 1024`;
    const whole = fill('/dev/dvm/vg/b', 24, 7);
    synced('vg-b');
    await pipe`discover vg | tm update vg -- vg_check`;
    await pipe`discover vg | tm update vg -- lv_convert b --stripes 3`;
    await dvm`deactivate vg/b`; // the kernel has been told, and the metadata does not know
    await dvm`activate vg/b`;
    await pipe`discover vg | tm update vg -- vg_check`;
    assert.is(raidStatus('vg-b').action, 'reshape');
    assert.is((await refusal(() => dvm`extend vg/b --size +3M`)).code, 'reshaping');
    await dvm`set vg/a --add-tag x`;
    await dvm`deactivate vg/b`;
    await dvm`activate vg/b`;
    assert.is(digest('/dev/dvm/vg/b', 24), whole);
    await dvm`convert vg/b --stripes 3`;
    assert.is(Number(sh`blockdev --getsz /dev/dvm/vg/b`), 36 * 2048);
    assert.is(digest('/dev/dvm/vg/b', 24), whole);
  });

  test('and gone', async () => {
    await dvm`remove vg/a`;
    await dvm`remove vg/b`;
    assert.equal(devices(), []);
  });

  test.run();
});
