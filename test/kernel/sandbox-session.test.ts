import { execFileSync } from 'node:child_process';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';

guestTests({ disks: ['16M'] }, () => {
  const test = suite('sandbox session');

  test('the suites run as root in the guest', () => {
    assert.is(process.getuid?.(), 0);
    assert.is(execFileSync('blockdev', ['--getsize64', '/dev/ubda'], { encoding: 'utf8' }).trim(), String(16 << 20));
  });

  test('the guest has a device-mapper', () => {
    assert.match(execFileSync('dmsetup', ['version'], { encoding: 'utf8' }), /Driver version:\s+4\./);
  });

  test.run();
});
