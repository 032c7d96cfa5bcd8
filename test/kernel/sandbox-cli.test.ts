import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { projectRoot } from '#test/sandbox/programs.js';
import { assert, skipped, suite } from '#test/support/check.js';

const test = suite('sandbox: from the command line');
const program = join(projectRoot(), 'build', 'sandbox', 'sandbox.cjs');

function sandbox(args: string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('streams and exit code are the command’s', () => {
  const r = sandbox(['--stdin', '-', '--', 'sh', '-c', 'cat; echo problem >&2; exit 3'], 'hello\n');
  assert.equal(r, { status: 3, stdout: 'hello\n', stderr: 'problem\n' });
});

test('124 for the time limit, 125 for a guest that died or did not start, with the reason', () => {
  assert.equal(sandbox(['--time-limit', '1', '--', 'sleep', '99']), {
    status: 124,
    stdout: '',
    stderr: 'sandbox: time limit of 1 s\n',
  });
  const died = sandbox(['--time-limit', '60', '--', 'sh', '-c', 'echo o >/proc/sysrq-trigger; sleep 99']);
  assert.is(died.status, 125);
  assert.match(died.stderr, /^sandbox: the guest died\n/);
  assert.equal(sandbox(['--shell']), { status: 125, stdout: '', stderr: 'sandbox: an interactive shell needs a terminal\n' });
});

test('the shell has a terminal with job control, four disks and dvm on its PATH', async () => {
  const shell = spawn(
    'script',
    ['--quiet', '--return', '--command', `${process.execPath} ${program} --shell --time-limit 60`, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let text = '';
  const typed = ['sleep 99 &\n', 'jobs; tty; ls /dev/ubd*; echo $PATH\n', 'exit 5\n'];
  shell.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const prompts = text.split('# ').length - 1;
    while (typed.length > 3 - prompts && typed.length > 0) shell.stdin.write(typed.shift() ?? '');
  });
  const [code] = await once(shell, 'exit');
  assert.is(code, 5);
  assert.match(text, /^\[1\]\+ {2}Running +sleep 99 &\r$/m);
  assert.match(text, /^\/dev\/tty0\r\n\/dev\/ubda +\/dev\/ubdb +\/dev\/ubdc +\/dev\/ubdd\r$/m);
  assert.ok(text.includes(`\n${join(projectRoot(), 'bin')}:${projectRoot()}:/usr`));
});

const missing = sandboxMissing();
if (missing) skipped(3, missing);
else test.run();
