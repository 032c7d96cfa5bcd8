import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { mostKept } from '#tool/child.js';
import type { DvmError } from '#tool/errors.js';
import { Attached } from '#tool/programs.js';
import { spawnPrograms } from '#tool/spawn.js';

const test = suite('programs as processes');
const large = { text: 'x'.repeat(1 << 20) };

/** Runs a shell script as the program, with one attached document. */
function runScript(script: string, input?: unknown, attached: unknown = large): Promise<unknown> {
  return inTmp((dir) => {
    const file = join(dir, 'program');
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return spawnPrograms(() => {}).run([file, new Attached(attached)], input);
  });
}

test('a program need not read what it is given', async () => {
  assert.equal(await runScript('echo "{\\"done\\":true}"', large), { done: true });
  assert.equal(await runScript('exec 0<&- 3<&-; sleep 0.1; echo "[1]"', large), [1]);
});

test('a program that fails without reading has failed', async () => {
  const e = await thrown<DvmError>(() => runScript('echo no >&2; exit 3', large));
  assert.equal([e.code, e.details], ['program-failed', { exit: 3, stderr: 'no\n' }]);
});

test('how a program ended, where it says nothing itself', async () => {
  const message = async (script: string) => (await thrown<DvmError>(() => runScript(script))).message;
  assert.match(await message('kill -9 $$'), /^".*\/program" was killed by SIGKILL$/);
  assert.match(await message('exit 9'), /^".*\/program" failed with exit code 9$/);
  assert.match(await message('cat /dev/zero'), /^".*\/program" printed more than \d+ bytes$/);
  const e = await thrown<DvmError>(() => spawnPrograms(() => {}).run(['/no/such/program', new Attached(large)], large));
  assert.equal(
    [e.message, e.details],
    ['"/no/such/program" did not start: spawn /no/such/program ENOENT', { exit: null, stderr: '' }],
  );
});

test('what a program says on standard error when it works is passed on', async () => {
  const notes: string[] = [];
  await spawnPrograms((line) => notes.push(line)).run(['/bin/sh', '-c', 'echo a >&2; echo b >&2']);
  assert.equal(notes, ['a', 'b']);
});

test('of what is printed on standard error without end the last part is kept', async () => {
  let length = 0;
  const count = (line: string) => {
    length += line.length + 1;
  };
  await spawnPrograms(count).run(['/bin/sh', '-c', 'head -c 5000000 /dev/zero | tr "\\0" "\\n" | sed s/^/x/ >&2; echo last >&2']);
  assert.ok(length > 500_000 && length <= mostKept, `${length}`);
});

test('attached documents can be read where their word says', async () => {
  assert.equal(await runScript('cat <&3'), large);
  assert.equal(await runScript('cat <&3', undefined, Buffer.from('[1,  2]')), [1, 2], 'bytes as they are');
});

test.run();
