import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { assert, skipped, suite } from '#test/support/check.js';
import { fail } from '#tool/errors.js';
import { errorText } from '#tool/main.js';

const test = suite('errors for people');

test('what happened, what to do next, and the code', () => {
  const e = fail('noSpace', 'no-space', 'group "vg" is full', { hint: 'add a device' });
  assert.is(errorText('dvm', e), 'dvm: group "vg" is full\n  add a device\n  (no-space)\n');
  assert.is(errorText('dvm', fail('io', 'io-error', 'x failed')), 'dvm: x failed\n  (io-error)\n');
  const hostile = fail('inUse', 'device-not-blank', 'carries ext4 labelled "\x1b[2J\u202eevil\n"');
  assert.is(errorText('dvm', hostile), 'dvm: carries ext4 labelled "\\x1b[2J\\x202eevil\\x0a"\n  (device-not-blank)\n');
});

test('through a pipe dvm prints the JSON of every tool', () => {
  const r = spawnSync(process.execPath, ['build/bin/dvm.cjs', 'frobnicate'], { encoding: 'utf8' });
  assert.is(r.status, 64);
  assert.is(JSON.parse(r.stderr).code, 'unknown-command');
});

/** util-linux's script(1) gives a command a terminal of its own. */
if (existsSync('/usr/bin/script'))
  test('at a terminal dvm prints words', () => {
    const command = `${process.execPath} build/bin/dvm.cjs frobnicate || true`;
    const text = execFileSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    assert.match(text, /^dvm: "frobnicate" is not a command/);
    assert.match(text, /\(unknown-command\)/);
  });
else skipped(1, 'script(1) is not here: the words at a terminal were not seen');

test.run();
