import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

guestTests({ disks: ['32M'], udev: true }, () => {
  const test = suite('sandbox: udevd in the guest');

  test('disks are in its database from the start', () => {
    assert.match(run('udevadm', 'info', '/dev/ubda'), /^E: DEVNAME=\/dev\/ubda$/m);
  });

  test('dmsetup waits on a cookie that udevd completes, and finds the link made by it', () => {
    run('dmsetup', 'create', 'one', '--table', '0 2048 linear /dev/ubda 0');
    assert.is(readlinkSync('/dev/mapper/one'), '../dm-0');
    assert.is(readlinkSync('/dev/disk/by-id/dm-name-one'), '../../dm-0');
    assert.is(run('dmsetup', 'udevcookies').split('\n').length, 1); // the heading alone
    run('dmsetup', 'remove', 'one');
    assert.throws(() => readlinkSync('/dev/mapper/one'), /ENOENT/);
  });

  test.run();
});
