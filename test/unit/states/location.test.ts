import { parseLocation } from '#states/fetch/location.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('names of repositories');

const urls: Record<string, RegExp> = {
  'ext::sh -c true': /has a URL with spaces/,
  'ext::sh': /names a program that git would run/,
  '::sh': /names a program that git would run/,
  'git://example.org/x': /is neither https, ssh nor file/,
  'http://example.org/x': /is neither https, ssh nor file/,
  '--upload-pack=sh': /is neither https, ssh nor file/,
  'ssh://-oProxyCommand=sh/x': /is neither https, ssh nor file/,
  'user@-host:x': /is neither https, ssh nor file/,
  'relative/path': /is neither https, ssh nor file/,
  'https://example.org/x#--output': /has a ref/,
  'https://example.org/x#a..b': /has a ref/,
  'https://example.org/x#main:../up': /has a directory/,
  'https://example.org/x#main:.git': /has a directory/,
  '/': /has no name/,
  '': /is neither https/,
};

for (const [url, why] of Object.entries(urls))
  test(`refused: ${url}`, async () => {
    const e = await thrown<DvmError>(() => parseLocation(url));
    assert.is(`${e.exitCode} ${e.code}`, '64 bad-repository');
    assert.match(e.message, why);
  });

test('names of repositories', () => {
  const named = (text: string) => parseLocation(text).name;
  assert.equal(
    ['https://h/a/states.git', 'git@h:team/web.git#v1', 'x=ssh://h/y', '/srv/my states'.replace(' ', '_'), 'file:///srv/z/'].map(
      named,
    ),
    ['states', 'web', 'x', 'my_states', 'z'],
  );
});

test.run();
