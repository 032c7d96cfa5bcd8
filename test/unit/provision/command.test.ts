import { tool } from '#provision/commands/dm-provision.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';
import { invoke } from '#tool/invoke.js';

/** What dm-provision refuses before it looks at anything. */
const test = suite('provision: command line');

const refused = (...argv: string[]) =>
  thrown<DvmError>(() => invoke(tool, argv, { readInput: async () => Buffer.alloc(0), note: () => {} }));

const usual = ['--storage-device=/dev/none', '--dot=a', '--mountpoint=/srv/a'];

test('what excludes each other, what is not served, what is missing', async () => {
  for (const [argv, code, exit] of [
    [['--oneshot', '--daemon', ...usual], 'bad-option', 'usage'],
    [['--lazy', '--daemon', ...usual], 'no-lazy', 'usage'],
    [['--backend=zfs', ...usual], 'no-zfs', 'unavailable'],
    [['--backend=btrfs', ...usual], 'bad-option', 'usage'],
    [['--dot=a'], 'missing-option', 'usage'],
    [['--device-timeout=soon', ...usual], 'bad-span', 'usage'],
  ] as const) {
    const e = await refused(...argv);
    assert.equal([e.code, e.exit], [code, exit], argv.join(' '));
  }
});

test.run();
