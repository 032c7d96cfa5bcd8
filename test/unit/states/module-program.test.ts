import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programModule } from '#states/modules/program-module.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { ask } from '#test/support/state-module.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('modules that are programs');
const signal = new AbortController().signal;

const described = (more: string) =>
  `{"kind":"state-module","version":1,"name":"hello","functions":{"said":{"schema":{"type":"object"},"watch":true}${more}}}`;

/** A module in shell: what it does when asked to `check` or `apply`. */
function withModule<T>(answer: string, work: (path: string, dir: string) => Promise<T>, describe = `echo '${described('')}'`) {
  return inTmp((dir) => {
    const path = join(dir, 'hello');
    writeFileSync(path, `#!/bin/sh\nif [ "$1" = describe ]; then ${describe}; else ${answer}; fi\n`, { mode: 0o700 });
    return work(path, dir);
  });
}

const refusal = (answer: string, describe?: string) =>
  withModule(
    answer,
    async (path) => {
      const { code, message } = await thrown<DvmError>(async () => ask(await programModule(path, signal), 'apply', 'said', 'x'));
      return `${code}: ${message}`;
    },
    describe,
  );

test('it is asked with a word and a document, and answers with one', () =>
  withModule(
    `cat > "$0.$1"; echo '{"kind":"state-answer","version":1,"result":true,"changed":true,"comment":"hi","output":{"a":[1]}}'`,
    async (path) => {
      const module = await programModule(path, signal);
      assert.equal([module.name, module.functions.said?.watch], ['hello', true]);
      const answer = await ask(module, 'apply', 'said', 'x', { b: 1 });
      assert.equal(answer, { result: true, changed: true, comment: 'hi', output: { a: [1] } });
      await ask(module, 'check', 'said', 'x');
      await ask(module, 'watch', 'said', 'x');
      const request = JSON.parse(readFileSync(`${path}.apply`, 'utf8'));
      assert.equal(request, { kind: 'state-request', version: 1, function: 'said', name: 'x', args: { b: 1 }, facts: {} });
    },
  ));

test('one that fails, dies, prints rubbish or too much is a failure that says so', async () => {
  assert.is(await refusal('exit 3'), 'module-failed: module "hello" failed to apply: it ended with 3');
  assert.is(await refusal('kill -9 $$'), 'module-failed: module "hello" failed to apply: it was killed by SIGKILL');
  assert.match(await refusal('head -c 9000000 /dev/zero'), /it printed more than 8388608 bytes$/);
  assert.match(await refusal('echo x'), /^bad-json/);
  assert.match(await refusal('echo "{}"'), /^wrong-kind/);
  assert.match(await refusal('true', 'echo "{}"'), /^wrong-kind/);
  assert.match(await refusal('true', `echo '${described(',"../x":{"schema":{}}')}'`), /^bad-document/);
});

test('one that is not there', async () => {
  const { message } = await thrown<DvmError>(() => programModule('/no/such/module', signal));
  assert.is(message, 'module "module" failed to describe: it did not start: ENOENT');
});

test('the end of the run ends it, with its children', () =>
  withModule('sleep 60 & sleep 60', async (path) => {
    const module = await programModule(path, signal);
    const ending = new AbortController();
    const request = { function: 'said', name: 'x', args: {}, facts: {} };
    const answer = thrown<DvmError>(() => module.apply(request, { signal: ending.signal, note: () => {} }));
    setTimeout(() => ending.abort(), 100);
    assert.match((await answer).message, /failed to apply: the run was ended$/);
  }));

test.run();
