import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite, thrown } from '#test/support/check.js';
import { inDirectory } from '#test/support/tmp.js';
import type { DvmError } from '#tool/errors.js';
import { Attached } from '#tool/programs.js';
import { spawnPrograms } from '#tool/spawn.js';

const test = suite('programs as processes');
const large = { text: 'x'.repeat(1 << 20) };

/** Runs a shell script as the program, with one attached document. */
function runScript(script: string, input?: unknown, attached: unknown = large): Promise<unknown> {
  return inDirectory((dir) => {
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

test('attached documents can be read where their word says', async () => {
  assert.equal(await runScript('cat <&3'), large);
  assert.equal(await runScript('cat <&3', undefined, Buffer.from('[1,  2]')), [1, 2], 'bytes as they are');
});

test.run();
