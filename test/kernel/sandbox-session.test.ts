import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

guestTests({ disks: ['32M', '32M'] }, () => {
  const test = suite('sandbox: tests in the guest');

  test('run as root, with the disks asked for', () => {
    assert.is(process.getuid?.(), 0);
    assert.is(run('blockdev', '--getsize64', '/dev/ubdb'), String(32 << 20));
  });

  test('a linear device gives back on one disk what was written through it', () => {
    run('dmsetup', 'create', 'a-b', '--table', '0 16384 linear /dev/ubda 2048');
    run('dd', 'if=/usr/bin/env', 'of=/dev/mapper/a-b', 'bs=4k', 'count=8', 'conv=fsync', 'status=none');
    assert.is(run('dmsetup', 'table', 'a-b'), '0 16384 linear 98:0 2048');
    run('dmsetup', 'remove', 'a-b');
    run('dd', 'if=/dev/ubda', 'of=/tmp/back', 'bs=4k', 'skip=256', 'count=8', 'status=none');
    assert.ok(readFileSync('/tmp/back').equals(readFileSync('/usr/bin/env').subarray(0, 32768)));
  });

  test('targets load by themselves', () => {
    assert.not.match(run('dmsetup', 'targets'), /^mirror/m);
    run('dmsetup', 'create', 'two', '--table', '0 2048 mirror core 1 1024 2 /dev/ubda 0 /dev/ubdb 0');
    assert.match(run('dmsetup', 'status', 'two'), /^0 2048 mirror 2 /);
    run('dmsetup', 'remove', 'two');
    assert.is(run('losetup', '--find'), '/dev/loop0');
  });

  test('LVM2 makes and uses a volume over both disks', () => {
    run('vgcreate', '--yes', 'vg', '/dev/ubda', '/dev/ubdb');
    run('lvcreate', '--yes', '--stripes', '2', '--size', '16M', '--name', 'data', 'vg');
    assert.match(run('dmsetup', 'table', 'vg-data'), /^0 32768 striped 2 128 /);
    run('mkfs.ext4', '-q', '/dev/vg/data');
    run('mount', '/dev/vg/data', '/mnt');
    run('cp', '/usr/bin/env', '/mnt/env');
    assert.is(run('cmp', '/mnt/env', '/usr/bin/env'), '');
    run('umount', '/mnt');
    run('vgremove', '--force', '--quiet', 'vg');
  });

  test.run();
});
