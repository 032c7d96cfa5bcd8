import { createHash } from 'node:crypto';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { runInSandbox, startSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';

const test = suite('sandbox: a command in a guest');

test('exit code, standard input, environment and directory reach the command and back', async () => {
  const script = 'read line; echo "$line $COLOUR $PWD $(id -u)"; echo problem >&2; exit 7';
  const r = await runInSandbox({ command: ['sh', '-c', script], stdin: 'first\n', env: { COLOUR: 'red' }, cwd: '/usr/share' });
  assert.equal([r.code, r.stdout, r.stderr], [7, 'first red /usr/share 0\n', 'problem\n']);
  assert.equal([r.timedOut, r.killed, r.failure], [false, false, undefined]);
  assert.match(r.console, /System halted/);
});

test('large output arrives whole, the two streams apart, live and in order', async () => {
  const live = { stdout: createHash('sha256'), stderr: createHash('sha256') };
  const script = 'seq 300000 & seq 300000 400000 >&2; wait';
  const r = await runInSandbox({ command: ['sh', '-c', script], onOutput: (stream, chunk) => live[stream].update(chunk) });
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join('');
  assert.ok(r.stdout === numbers(1, 300000) && r.stderr === numbers(300000, 400000));
  assert.is(live.stdout.digest('hex'), createHash('sha256').update(r.stdout).digest('hex'));
  assert.is(live.stderr.digest('hex'), createHash('sha256').update(r.stderr).digest('hex'));
});

test('a command ended by a signal counts as 128 + the signal; one that is not there as 127', async () => {
  const [signal, missing] = await Promise.all([
    runInSandbox({ command: ['sh', '-c', 'kill -TERM $$'] }),
    runInSandbox({ command: ['no-such-program'] }),
  ]);
  assert.is(signal.code, 128 + 15);
  assert.equal([missing.code, missing.stderr], [127, 'no-such-program: No such file or directory\n']);
});

test('the time limit and an abort end the guest, and say which', async () => {
  const abort = new AbortController();
  const command = ['sh', '-c', 'echo ready; sleep 1000'];
  const [slow, aborted] = await Promise.all([
    runInSandbox({ command, timeLimit: 4 }),
    runInSandbox({ command, signal: abort.signal, onOutput: () => abort.abort() }),
  ]);
  assert.equal([slow.code, slow.timedOut, slow.killed, slow.stdout], [124, true, false, 'ready\n']);
  assert.equal([aborted.code, aborted.timedOut, aborted.killed, aborted.stdout], [137, false, true, 'ready\n']);
});

test('a guest that cannot run the job says why', async () => {
  const [noModule, noKernel, panic] = await Promise.all([
    runInSandbox({ command: ['true'], modules: ['no_such_module'] }),
    runInSandbox({ command: ['true'], kernel: { path: '/no/such/kernel', modules: '/no' } }),
    runInSandbox({ command: ['sh', '-c', 'echo c >/proc/sysrq-trigger'] }),
  ]);
  assert.is(noModule.code, 125);
  assert.match(noModule.failure ?? '', /^module no_such_module: No such file or directory\n/);
  assert.is(noKernel.code, 125);
  assert.match(noKernel.failure ?? '', /^the guest died\nsandbox: \/no\/such\/kernel: No such file or directory/);
  assert.is(panic.code, 125);
  assert.match(panic.failure ?? '', /^the guest died\n/);
});

test('options that cannot be are refused before anything starts', () => {
  assert.throws(() => startSandbox({ command: ['a\0b'] }), /a NUL byte in "a\\u0000b"/);
  assert.throws(() => startSandbox({ command: ['true'], disks: Array(17).fill('1M') }), /17 disks: a guest has at most 16/);
  assert.throws(() => startSandbox({ command: ['true'], disks: ['1X'] }), /size "1X" is not a number with a unit/);
  assert.throws(() => startSandbox({ command: ['true'], memory: '100P' }), /no writable, executable temporary directory/);
});

const missing = sandboxMissing();
if (missing) skipped(6, missing);
else test.run();
