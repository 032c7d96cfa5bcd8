import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { dvm, sh } from '#test/support/guest.js';

/** What docs/thin.md says of full pools, discards and external origins. */
guestTests({ disks: ['128M', '128M'] }, () => {
  const test = suite('full thin pools');
  const write = (volume: string, from: number, count: number): string =>
    sh`dd if=/dev/zero of=${`/dev/mapper/vg-${volume}`} bs=1M seek=${from} count=${count} oflag=direct conv=notrunc`;
  const used = (): string => / \d+\/\d+ (\d+\/\d+) - (\S+)/.exec(sh`dmsetup status vg-pool-tpool`)?.slice(1).join(' ') ?? '';

  test('a volume that is read-only is the ground of thin ones', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    await dvm`create vg/base --size 4M`;
    sh`dd if=/etc/services of=/dev/mapper/vg-base conv=notrunc,fsync`;
    await dvm`set vg/base --read-only on`;
    await dvm`thin-pool vg/pool --size 8M --error-if-full`;
    await dvm`thin vg/top --pool pool --external-origin base`;
    sh`cmp -n 1000 /etc/services /dev/mapper/vg-top`;
    write('top', 0, 1);
    sh`cmp -n 1000 /etc/services /dev/mapper/vg-base`;
    assert.is(await thrown<Error>(() => sh`cmp -n 1000 /etc/services /dev/mapper/vg-top`).then(() => 'differs'), 'differs');
    await dvm`remove vg/top`;
  });

  test('--error-if-full: writes that need a chunk fail at once, others go on; room makes them work', async () => {
    await dvm`thin vg/a --pool pool --virtual-size 64M`;
    write('a', 0, 8);
    await thrown(() => write('a', 20, 1));
    assert.is(used(), '128/128 out_of_data_space');
    write('a', 0, 8);
    await dvm`extend vg/pool --size +4M`;
    write('a', 20, 1);
    assert.match(used(), /^144\/192 rw/);
  });

  test('discards give chunks back, and so does a volume that goes', async () => {
    sh`blkdiscard -o 0 -l 4194304 /dev/mapper/vg-a`;
    assert.match(used(), /^80\/192 rw/);
    await dvm`remove vg/a`;
    assert.match(used(), /^0\/192 rw/);
    await dvm`remove vg/pool`;
  });

  test('without it writes wait, and go on when the pool has grown', async () => {
    await dvm`thin-pool vg/pool --size 8M`;
    await dvm`thin vg/b --pool pool --virtual-size 64M`;
    write('b', 0, 8);
    const waiting = spawn('dd', [
      'if=/dev/zero',
      'of=/dev/mapper/vg-b',
      'bs=1M',
      'seek=30',
      'count=2',
      'oflag=direct',
      'conv=notrunc',
    ]);
    const ended = once(waiting, 'exit');
    while (!used().endsWith('out_of_data_space')) await new Promise((done) => setTimeout(done, 50));
    assert.is(waiting.exitCode, null);
    await dvm`extend vg/pool --size +8M`;
    assert.equal(await ended, [0, null]);
    assert.match(used(), /^160\/256 rw/);
  });

  test.run();
});
