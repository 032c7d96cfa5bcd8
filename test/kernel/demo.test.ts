import { sandboxMissing } from '#test/sandbox/missing.js';
import { projectRoot } from '#test/sandbox/programs.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';

const test = suite('make demo');

/** The programs of the notes that the project was started from, and dvm. */
const components = ['discover', 'tm', 'lv_create', 'dvm_replicate', 'vol_activate', 'dmactivate', 'dmexec', 'report', 'dvm'];

test('runs to its end, uses every component, and the data is the same', async () => {
  const demo = await runInSandbox({
    command: ['bash', 'scripts/demo.sh'],
    cwd: projectRoot(),
    disks: ['128M', '128M', '128M', '128M'],
    timeLimit: 600,
  });
  assert.is(demo.code, 0, demo.stdout.slice(-2000) + demo.stderr);
  const commands = demo.stdout
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .join('\n');
  for (const name of components) assert.match(commands, new RegExp(`(\\$|[|;]) (${name}|[^\\n]*\\b${name}) `), name);
  assert.match(demo.stdout, /^file: OK$/m);
  assert.match(demo.stdout, /^data .* 148M +linear +yes$/m);
  assert.is(demo.stderr, '');
});

const missing = sandboxMissing({});
if (missing) skipped(1, missing);
else test.run();
