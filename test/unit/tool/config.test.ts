import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { configSection, readConfig } from '#tool/config.js';
import type { Validator } from '#tool/document.js';
import type { DvmError } from '#tool/errors.js';

const good = '{"kind":"config","version":1,"thing":{"n":1}}';
const config = suite('config');

/** The refusal of a config of this text and mode, its path cut off. */
function refused(text: string, prepare: (path: string) => void = () => {}): Promise<string> {
  return inTmp(async (dir) => {
    const path = join(dir, 'c.json');
    writeFileSync(path, text, { mode: 0o600 });
    prepare(path);
    const e = await thrown<DvmError>(() => readConfig(path));
    assert.is(e.exitCode, 78, e.message);
    return `${e.code}: ${e.message.replaceAll(path, 'PATH')}`;
  });
}

config('read', () =>
  inTmp((dir) => {
    const path = join(dir, 'c.json');
    writeFileSync(path, good, { mode: 0o644 });
    assert.equal(readConfig(path).thing, { n: 1 });
  }),
);

config('refused: not a config', async () => {
  assert.match(await refused('{'), /^bad-config: config "PATH" is not a JSON document: .*Expected/); // the rest is the runtime's
  assert.is(await refused(''), 'bad-config: config "PATH" is not a JSON document: empty');
  for (const text of ['null', '[]', '"x"', '{"kind":"group","version":1}'])
    assert.is(await refused(text), 'bad-config: config "PATH" is not a document of kind "config"');
  assert.is(await refused('{"kind":"config"}'), 'bad-config: config "PATH" is version unset, this program knows 1');
  assert.is(await refused('{"kind":"config","version":2}'), 'bad-config: config "PATH" is version 2, this program knows 1');
});

config('refused: not to be trusted', async () => {
  for (const mode of [0o602, 0o620, 0o666])
    assert.is(await refused(good, (path) => chmodSync(path, mode)), 'untrusted-config: config "PATH" is writable by others');
});

if (process.geteuid?.() === 0)
  config('refused: of another user', async () => {
    assert.is(
      await refused(good, (path) => chownSync(path, 65534, 65534)),
      'untrusted-config: config "PATH" belongs to user 65534',
    );
  });
else skipped(1, 'only root can give a config to another user');

config('refused: not readable', () =>
  inTmp(async (dir) => {
    const missing = await thrown<DvmError>(() => readConfig(join(dir, 'none')));
    assert.is(`${missing.code} ${missing.exitCode}`, 'no-config 78');
    mkdirSync(join(dir, 'd'), { mode: 0o700 });
    const directory = await thrown<DvmError>(() => readConfig(join(dir, 'd')));
    assert.match(directory.message, 'cannot be read: EISDIR');
    assert.is(`${directory.code} ${directory.exitCode}`, 'no-config 78');
  }),
);

config('sections: checked, or the default', async () => {
  const validate: Validator = (v) => {
    const fine = typeof (v as { n?: unknown }).n === 'number';
    validate.errors = fine ? null : [{ instancePath: '/n', message: 'must be number' }];
    return fine;
  };
  const section = { name: 'thing', validate, fallback: { n: 7 } };
  assert.equal(configSection(undefined, section), { n: 7 });
  assert.equal(configSection({}, section), { n: 7 });
  assert.equal(configSection({ thing: { n: 1 } }, section), { n: 1 });
  const e = await thrown<DvmError>(() => configSection({ thing: {} }, section));
  assert.is(`${e.code} ${e.exitCode}`, 'bad-config 78');
  assert.is(e.message, 'section "thing" of the config is not valid: /n must be number');
});

config.run();
