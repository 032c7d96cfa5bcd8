import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cmd } from '#states/modules/cmd/cmd.js';
import { plainWords, wordsOf } from '#states/modules/cmd/words.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { ask, quietContext } from '#test/support/state-module.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('module cmd');
const run = (name: string, args: object = {}) => ask(cmd, 'apply', 'run', name, args);
const code = async (work: () => unknown) => (await thrown<DvmError>(work)).code;

test('words of a command line; what needs a shell is refused, not misread', async () => {
  assert.equal(wordsOf(`echo 'a b' "c \\"d\\"" e\\ f  ''`), ['echo', 'a b', 'c "d"', 'e f', '']);
  assert.equal(wordsOf("echo '$HOME | *'"), ['echo', '$HOME | *']);
  for (const line of ['a | b', 'a > b', 'echo $X', 'echo "$X"', 'ls *', 'a && b', 'a\nb', '~/x'])
    assert.is(await code(() => wordsOf(line)), 'needs-shell', line);
  assert.is(await code(() => wordsOf("echo 'x")), 'open-quote');
  assert.is(await code(() => wordsOf('  ')), 'no-words');
  assert.equal(plainWords('/bin/test -e /x'), ['/bin/test', '-e', '/x']);
  for (const line of ['test -e /x', 'A=1 b', 'a | b', 'cd /', '! true', "x '"]) assert.is(plainWords(line), undefined, line);
});

test('output, exit code and standard input', async () => {
  const answer = await run('cat', { stdin: 'one\ntwo\n', parse: 'lines' });
  assert.equal(answer.output, { code: 0, stdout: 'one\ntwo', stderr: '', lines: ['one', 'two'] });
  assert.equal([answer.result, answer.changed, answer.comment], [true, true, 'the command ended with 0']);
  assert.equal((await run('x', { argv: ['printf', '{"a":1}'], parse: 'json' })).output, {
    code: 0,
    stdout: '{"a":1}',
    stderr: '',
    json: { a: 1 },
  });
  assert.is(await code(() => run('echo x', { parse: 'json' })), 'not-json');
  assert.is((await run('false')).result, false);
  assert.is((await run('false', { success: [1] })).result, true);
});

test('a shell only when told; nothing of our environment', async () => {
  process.env.DVM_STATES_TEST = 'leaked';
  const answer = await run('echo "$A $DVM_STATES_TEST $PWD" >&2; exit 3', { shell: true, env: { A: 'b' }, cwd: '/tmp' });
  assert.equal(answer.output, { code: 3, stdout: '', stderr: 'b  /tmp' });
  assert.match(String(JSON.stringify((await run('echo $0', { shell: '/bin/bash' })).output)), /bash/);
});

test('a time-out kills the children too', () =>
  inTmp(async (dir) => {
    const mark = join(dir, 'pid');
    const started = Date.now();
    const answer = await run(`sleep 60 & echo $! > ${mark}; wait`, { shell: true, timeout: 0.3 });
    assert.equal([answer.result, answer.comment], [false, 'the command was killed: its time was over']);
    assert.ok(Date.now() - started < 30_000);
    const pid = readFileSync(mark, 'utf8').trim();
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] : 'gone';
    assert.ok(state === 'gone' || state === 'Z', `the child is ${state}`);
  }));

test('a daemon that holds the output does not hold the run; endless output is cut', async () => {
  const daemon = await run('sleep 5 & echo ok', { shell: true, timeout: 60 });
  assert.equal([daemon.result, (daemon.output as { stdout: string }).stdout], [true, 'ok']);
  const long = await run('head -c 3000000 /dev/zero');
  assert.is((long.output as { stdout: string }).stdout.length, 1 << 20);
  assert.match(long.comment, /its output is cut/);
});

test('what is not there, or ended by a signal', async () => {
  assert.is(await code(() => run('/no/such/program')), 'command-not-started');
  assert.is(await code(() => run('true', { cwd: '/no/such' })), 'command-not-started');
  assert.is((await run('kill -9 $$', { shell: true })).comment, 'the command was killed by SIGKILL');
  assert.is(await code(() => run('true', { user: 'no-such-user' })), 'no-user');
  assert.is(await code(() => run('true', { group: 'no-such-group' })), 'no-group-of-users');
  const context = { ...quietContext(), signal: AbortSignal.abort() };
  const ended = await cmd.apply({ function: 'run', name: 'sleep 60', args: {}, facts: {} }, context);
  assert.is(ended.comment, 'the command was killed: the run was ended');
});

test('check runs nothing; wait runs only when told to', () =>
  inTmp(async (dir) => {
    const mark = join(dir, 'mark');
    assert.is((await ask(cmd, 'check', 'run', `touch ${mark}`)).changed, true);
    assert.is((await ask(cmd, 'apply', 'wait', `touch ${mark}`)).changed, false);
    assert.is(existsSync(mark), false);
    assert.is((await ask(cmd, 'watch', 'wait', `touch ${mark}`)).changed, true);
    assert.is(existsSync(mark), true);
  }));

test('wrong arguments and functions are refused', async () => {
  assert.is(await code(() => run('true', { cdw: '/' })), 'bad-argument');
  assert.is(await code(() => ask(cmd, 'apply', 'fly', 'true')), 'no-function');
});

if (process.geteuid?.() === 0)
  test('another user, with its groups and home', async () => {
    const answer = await run('id -un; id -Gn; echo $HOME $USER', { shell: true, user: 'nobody', parse: 'lines' });
    assert.equal((answer.output as { lines: string[] }).lines, ['nobody', 'nogroup', '/nonexistent nobody']);
    assert.is(((await run('id -gn', { group: 'daemon' })).output as { stdout: string }).stdout, 'daemon');
  });

test.run();
