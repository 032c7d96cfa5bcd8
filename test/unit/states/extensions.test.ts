import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '#states/commands/state.js';
import { loadExtension } from '#states/extensions/load.js';
import { moduleRegistry } from '#states/modules/registry.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';
import { invoke } from '#tool/invoke.js';

const test = suite('modules from elsewhere');
const signal = new AbortController().signal;
const program = (name = 'hello') =>
  `#!/bin/sh\necho '{"kind":"state-module","version":1,"name":"${name}","functions":{"said":{"schema":{}}}}'\n`;

interface Place {
  dir: string;
  file: string;
  signature: string;
  modules: string;
  keys: string;
  key: string;
}

/** A key pair, a module, its signature; nothing added yet. */
function withPlace(work: (place: Place) => Promise<void>, text = program()): Promise<void> {
  return inTmp(async (dir) => {
    const at = (name: string) => join(dir, name);
    const place = {
      dir,
      file: at('hello'),
      signature: at('sig.json'),
      modules: at('modules'),
      keys: at('keys.pem'),
      key: at('key.pem'),
    };
    const pair = generateKeyPairSync('ed25519');
    writeFileSync(place.key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
    writeFileSync(place.keys, `${other}${pair.publicKey.export({ type: 'spki', format: 'pem' })}`);
    writeFileSync(place.file, text, { mode: 0o755 });
    const signed = await state('module', 'sign', place.file, '--key', place.key);
    writeFileSync(place.signature, JSON.stringify(signed));
    await work(place);
  });
}

async function state(...argv: string[]): Promise<unknown> {
  return (await invoke(tool, argv, { readInput: async () => Buffer.alloc(0), note: () => {} })).output;
}

const add = ({ file, signature, keys, modules }: Place, ...more: string[]) =>
  state('module', 'add', file, '--signature', signature, '--keys', keys, '--modules', modules, ...more);
const code = async (work: () => unknown) => {
  const { code, message } = await thrown<DvmError>(work);
  return `${code}: ${message}`;
};

test('signed, verified, added, and run', () =>
  withPlace(async (place) => {
    await state('module', 'verify', place.file, '--signature', place.signature, '--keys', place.keys);
    await add(place);
    const module = await moduleRegistry(place.modules, place.keys, signal).get('hello');
    assert.equal(Object.keys(module.functions), ['said']);
  }));

test('what was tampered with is refused: program, name, signature, key', () =>
  withPlace(async (place) => {
    await add(place);
    const load = () => code(() => loadExtension(place.modules, 'hello', place.keys, signal));
    const [path, json] = [join(place.modules, 'hello'), join(place.modules, 'hello.json')];
    const [bytes, text] = [readFileSync(path), readFileSync(json, 'utf8')];
    writeFileSync(path, `${bytes}\n`);
    assert.match(await load(), /^untrusted-module: .* it is not what was signed$/);
    writeFileSync(path, bytes.toString().replace('said', 'sad!'));
    assert.match(await load(), /it is not what was signed$/);
    writeFileSync(path, bytes);
    writeFileSync(json, text.replace('"hello"', '"other"'));
    assert.match(await load(), /its signature is for a module "other"$/);
    const signed = JSON.parse(text);
    const flipped = (signed.signature[0] === 'A' ? 'B' : 'A') + signed.signature.slice(1);
    writeFileSync(json, JSON.stringify({ ...signed, signature: flipped }));
    assert.match(await load(), /none of the keys has signed it$/);
    writeFileSync(json, JSON.stringify({ ...signed, more: 1 }));
    assert.match(await load(), /^bad-document/);
    writeFileSync(json, text);
    const pair = generateKeyPairSync('ed25519');
    writeFileSync(place.keys, pair.publicKey.export({ type: 'spki', format: 'pem' }));
    assert.match(await load(), /none of the keys has signed it$/);
  }));

test('what is tampered with is not added, and leaves nothing', () =>
  withPlace(async (place) => {
    writeFileSync(place.file, program('evil'));
    assert.match(await code(() => add(place)), /^untrusted-module/);
    assert.is(existsSync(place.modules), false);
  }));

test('without keys, of others, open to others, or not what it says', () =>
  withPlace(async (place) => {
    await add(place);
    const path = join(place.modules, 'hello');
    assert.match(
      await code(() => loadExtension(place.modules, 'hello', undefined, signal)),
      /there are no keys to verify it by$/,
    );
    chmodSync(path, 0o777);
    assert.match(await code(() => loadExtension(place.modules, 'hello', place.keys, signal)), /is writable by others$/);
    chmodSync(path, 0o755);
    chmodSync(place.modules, 0o777);
    assert.match(await code(() => loadExtension(place.modules, 'hello', place.keys, signal)), /is writable by others$/);
    const registry = moduleRegistry(place.modules, place.keys, signal);
    assert.match(await code(() => registry.get('nonesuch')), /^no-module: there is no module "nonesuch"$/);
    assert.match(await code(() => registry.get('../hello')), /^no-module/);
    assert.match(await code(() => moduleRegistry(undefined, undefined, signal).get('hello')), /^no-module/);
  }));

test('one that describes itself by another name', () =>
  withPlace(async (place) => {
    await add(place);
    assert.match(
      await code(() => loadExtension(place.modules, 'hello', place.keys, signal)),
      /^bad-module: module "hello" says that it is "other"$/,
    );
  }, program('other')));

test('keys of another kind, options that are missing, a directory that cannot be made', () =>
  withPlace(async (place) => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(place.key, rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    assert.match(
      await code(() => state('module', 'sign', place.file, '--key', place.key)),
      /^bad-key: the private key is of rsa, not of Ed25519$/,
    );
    writeFileSync(place.key, 'x');
    assert.match(
      await code(() => state('module', 'sign', place.file, '--key', place.key)),
      /^bad-key: the private key cannot be read/,
    );
    assert.match(await code(() => add({ ...place, keys: place.file })), /^bad-key: the file of keys has no public key$/);
    assert.match(await code(() => add({ ...place, modules: join(place.file, 'x') })), /^cannot-add/);
    assert.match(await code(() => state('module', 'sign', place.file)), /^missing-option/);
    assert.match(await code(() => state('module', 'burn', place.file)), /^bad-action/);
  }));

test.run();
