import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '#states/commands/state.js';
import { describeModules } from '#states/fetch/modules.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { compiled, problems } from '#test/support/states.js';
import type { DvmError } from '#tool/errors.js';
import { invoke } from '#tool/invoke.js';

const test = suite('modules of the sources');

const hello =
  '#!/bin/sh\necho \'{"kind":"state-module","version":1,"name":"hello","functions":{"said":{"schema":{"type":"object","properties":{"to":{"type":"string"}},"additionalProperties":false}}}}\'\n';

async function state(...argv: string[]): Promise<unknown> {
  return (await invoke(tool, argv, { readInput: async () => Buffer.alloc(0), note: () => {} })).output;
}

test('are verified, asked what they can do, and states held to it', () =>
  inTmp(async (dir) => {
    const [file, key, keys, signature, modules] = ['hello', 'key.pem', 'keys.pem', 'sig.json', 'modules'].map((name) =>
      join(dir, name),
    ) as [string, string, string, string, string];
    const pair = generateKeyPairSync('ed25519');
    writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(keys, pair.publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(file, hello, { mode: 0o755 });
    writeFileSync(signature, JSON.stringify(await state('module', 'sign', file, '--key', key)));
    await state('module', 'add', file, '--signature', signature, '--keys', keys, '--modules', modules);
    const described = await describeModules(modules, keys);
    assert.equal(Object.keys(described), ['hello']);
    assert.is((await compiled('a:\n  hello.said: [to: you]\n', { modules: described })).pieces.length, 1);
    assert.equal(await problems('a:\n  hello.said: [too: you]\n', { modules: described }), [
      'main.yaml:2 bad-argument: "too" of "a" is not known (did you mean "to")',
    ]);
    assert.is((await thrown<DvmError>(() => describeModules(modules, undefined))).code, 'untrusted-module');
    assert.is((await thrown<DvmError>(() => describeModules(join(dir, 'none'), keys))).code, 'no-directory');
    mkdirSync(join(dir, 'repository'), { mode: 0o755 });
    assert.match(
      JSON.stringify(await state('fetch', join(dir, 'repository'), '--modules', modules, '--keys', keys)),
      /"hello":\{/,
    );
  }));

test('a description that is none is refused', async () => {
  const e = await thrown<DvmError>(() => compiled('a: odd.ok\n', { modules: { odd: { functions: 5 } } }));
  assert.is(e.code, 'wrong-kind');
});

test.run();
