import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseChallenges } from '#dots/registry/challenge.js';
import { readCredentials } from '#dots/registry/credentials.js';
import { branchOf, branchTag, parseReference, pathPart } from '#dots/registry/reference.js';
import { Registry } from '#dots/registry/registry.js';
import { retryIn } from '#dots/registry/retry.js';
import type { RemoteAuth } from '#dots/transfer/content.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { digest, FakeRegistry, say, withFake } from '#test/support/fake-registry.js';
import { inTmp } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dots: who we are to a registry');
const data = Buffer.from('content');
const name = digest(data);

/** Files with credentials, by what is in them. */
function file(dir: string, kind: 'credentials' | 'docker-config', content: string | object): RemoteAuth {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, kind);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return { kind, path };
}

async function read(fake: FakeRegistry, auth: RemoteAuth): Promise<Buffer> {
  const registry = new Registry(fake.remote({ auth }), { pause: async () => {} });
  try {
    return await registry.blob(name, 100);
  } finally {
    registry.close();
  }
}

const basic = (words: string) => `Basic ${Buffer.from(words).toString('base64')}`;

/** Lets in who shows this. */
function asks(fake: FakeRegistry, challenge: string, wanted: string): void {
  fake.blobs.set(name, data);
  fake.trick = (request, response) => {
    if (request.headers.authorization === wanted) return false;
    response.setHeader('www-authenticate', challenge);
    say(response, 401, 'UNAUTHORIZED', `not with ${request.headers.authorization}`);
  };
}

test('a password, by Basic, only when it is asked for', () =>
  inTmp((dir) =>
    withFake(async (fake) => {
      asks(fake, 'Basic realm="x"', basic('me:se:cret'));
      assert.equal(await read(fake, file(dir, 'credentials', 'me:se:cret\n')), data);
      assert.equal(
        fake.seen.map((s) => s.authorization),
        [undefined, basic('me:se:cret')],
      );
    }),
  ));

test('a file that is not what it is said to be is not quoted', () =>
  inTmp(async (dir) => {
    const error = await thrown<DvmError>(() => readCredentials(file(dir, 'docker-config', 'me:wrong-horse'), 'hub'));
    assert.equal([error.code, error.exit], ['bad-credentials', 'config']);
    assert.not.match(JSON.stringify(error) + error.stack + String(error.cause), /horse/);
  }));

test('a wrong password is refused once, and in no message', () =>
  inTmp((dir) =>
    withFake(async (fake) => {
      asks(fake, 'Basic realm="x"', basic('me:right'));
      const error = await thrown<DvmError>(() => read(fake, file(dir, 'credentials', 'me:wrong-horse\n')));
      assert.is(error.code, 'registry-login');
      const text = JSON.stringify(error) + error.stack;
      for (const secret of ['wrong-horse', basic('me:wrong-horse').slice(6)]) assert.is(text.includes(secret), false, secret);
      assert.is(fake.seen.length, 2);
      assert.is((await thrown<DvmError>(() => read(fake, { kind: 'anonymous' }))).code, 'registry-login');
    }),
  ));

/** A token service beside the registry, on another port. */
async function withTokens(body: (tokens: FakeRegistry, given: string[]) => Promise<void>): Promise<void> {
  const tokens = await FakeRegistry.start();
  const given: string[] = [];
  tokens.trick = (request, response, url) => {
    const token = `t${given.push(`${request.method} ${url.search} ${request.headers.authorization ?? ''}`)}`;
    response.writeHead(200).end(JSON.stringify({ token }));
  };
  try {
    await body(tokens, given);
  } finally {
    await tokens.stop();
  }
}

test('a token by Bearer, fetched once for many requests, again when it is stale', () =>
  inTmp((dir) =>
    withFake((fake) =>
      withTokens(async (tokens, given) => {
        asks(fake, `Bearer realm="http://${tokens.host}/t?a=b",service="s x",scope="ignored"`, 'Bearer t1');
        const registry = new Registry(fake.remote({ auth: file(dir, 'credentials', 'me:pw') }));
        await Promise.all([1, 2, 3, 4].map(() => registry.blob(name, 100)));
        const scope = encodeURIComponent('repository:team/dot:pull');
        assert.equal(given, [`GET ?a=b&service=s+x&scope=${scope} ${basic('me:pw')}`]);
        asks(fake, `Bearer realm="http://${tokens.host}/t"`, 'Bearer t2');
        assert.equal(await registry.blob(name, 100), data);
        assert.is(given.length, 2);
        registry.close();
      }),
    ),
  ));

test('a token of our own is shown as it is; one that is exchanged goes by POST', () =>
  inTmp((dir) =>
    withFake((fake) =>
      withTokens(async (tokens, given) => {
        const challenge = `Bearer realm="http://${tokens.host}/t",service="s"`;
        asks(fake, challenge, 'Bearer mine');
        assert.equal(await read(fake, file(dir, 'credentials', 'mine\n')), data);
        const registry = { [fake.host]: { registrytoken: 'mine' } };
        assert.equal(await read(fake, file(dir, 'docker-config', { auths: registry })), data);
        assert.is(given.length, 0);
        asks(fake, challenge, 'Bearer t1');
        assert.equal(await read(fake, file(dir, 'docker-config', { auths: { [fake.host]: { identitytoken: 'r' } } })), data);
        assert.match(given[0] ?? '', /^POST/);
      }),
    ),
  ));

test('a place to log in without TLS is refused by who speaks TLS; so is one that is no URL', () =>
  withFake(async (fake) => {
    for (const realm of ['ftp://x/', 'nowhere', '']) {
      asks(fake, `Bearer realm="${realm}"`, 'x');
      assert.is((await thrown<DvmError>(() => read(fake, { kind: 'anonymous' }))).code, 'bad-realm');
    }
  }));

test('credentials do not follow a redirection to another host', () =>
  inTmp((dir) =>
    withFake(async (fake) => {
      const storage = await FakeRegistry.start();
      storage.blobs.set(name, data);
      fake.trick = (request, response) => {
        if (request.headers.authorization !== basic('me:pw')) {
          response.setHeader('www-authenticate', 'Basic');
          return say(response, 401, '', '');
        }
        response.writeHead(307, { location: `http://${storage.host}/v2/x/blobs/${name}` }).end();
      };
      assert.equal(await read(fake, file(dir, 'credentials', 'me:pw')), data);
      assert.equal(
        storage.seen.map((s) => s.authorization),
        [undefined],
      );
      storage.trick = (_, response) => {
        response.setHeader('www-authenticate', 'Basic');
        say(response, 401, '', '');
      };
      assert.is((await thrown<DvmError>(() => read(fake, file(dir, 'credentials', 'me:pw')))).code, 'registry-login');
      assert.ok(storage.seen.every((s) => s.authorization === undefined));
      fake.trick = (_, response) => response.writeHead(302, { location: '/around' }).end();
      assert.is((await thrown<DvmError>(() => read(fake, { kind: 'anonymous' }))).code, 'redirections');
      fake.trick = (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      assert.is((await thrown<DvmError>(() => read(fake, { kind: 'anonymous' }))).code, 'bad-redirection');
      await storage.stop();
    }),
  ));

test("Docker's config.json: auth, names of hosts, helpers said in words", () =>
  inTmp(async (dir) => {
    const of = (config: object, host = 'r.example') => readCredentials(file(dir, 'docker-config', config), host);
    const auth = Buffer.from('u:p').toString('base64');
    const expected = { kind: 'basic', user: 'u', password: 'p' } as const;
    for (const key of ['r.example', 'https://r.example', 'https://r.example/v2/'])
      assert.equal(of({ auths: { [key]: { auth } } }), expected);
    assert.equal(of({ auths: { 'https://index.docker.io/v1/': { auth } } }, 'docker.io'), expected);
    assert.equal(of({ auths: { x: { username: 'u', password: 'p' } } }, 'x'), expected);
    assert.equal(of({ auths: { other: { auth } } }), { kind: 'none' });
    const code = async (config: object) => (await thrown<DvmError>(() => of(config))).code;
    assert.is(await code({ credHelpers: { 'r.example': 'pass' } }), 'credential-helper');
    assert.is(await code({ auths: { 'r.example': {} }, credsStore: 'desktop' }), 'credential-helper');
    assert.is(await code({ auths: { 'r.example': {} } }), 'bad-credentials');
    const empty = () => readCredentials(file(dir, 'credentials', '\nme:pw'), 'x');
    assert.is((await thrown<DvmError>(empty)).code, 'bad-credentials');
    assert.is((await thrown<DvmError>(() => readCredentials({ kind: 'credentials', path: '/nowhere' }, 'x'))).code, 'no-input');
  }));

test('challenges, however they are written', () => {
  const bearer = { scheme: 'bearer', parameters: { realm: 'https://a/b?c="d', service: 's' } };
  assert.equal(parseChallenges('Bearer realm="https://a/b?c=\\"d",service=s'), [bearer]);
  assert.equal(parseChallenges('basic REALM="x, y", Bearer realm="https://a/b?c=\\"d" , service="s"'), [
    bearer,
    { scheme: 'basic', parameters: { realm: 'x, y' } },
  ]);
  for (const odd of [undefined, '', 'Negotiate', ',,,', '="x"', 'realm="x"']) assert.equal(parseChallenges(odd), []);
});

test('waits grow, have an end, and heed the registry', () => {
  const at = Date.parse('2026-01-01T00:00:00Z');
  const wait = (failure: Parameters<typeof retryIn>[0], n = 1) => retryIn(failure, n, 1, at);
  assert.equal(
    [1, 2, 3, 4, 5].map((n) => wait({ status: 503 }, n)),
    [250, 1000, 4000, 16_000, undefined],
  );
  assert.is(wait({ status: 404 }), undefined);
  assert.is(wait({ status: 429, retryAfter: '5' }), 5000);
  assert.is(wait({ status: 429, retryAfter: 'Thu, 01 Jan 2026 00:00:09 GMT' }), 9000);
  assert.is(wait({ status: 429, retryAfter: 'soon' }), 250);
  assert.is(wait({ status: 429, retryAfter: '61' }), undefined);
  assert.is(wait({ error: Object.assign(new Error(), { code: 'ECONNRESET' }) }), 250);
  assert.is(wait({ error: Object.assign(new Error(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }) }), undefined);
  assert.is(wait({ error: new Error() }), undefined);
});

test('references, parts of paths and tags', async () => {
  assert.equal(parseReference('localhost:5000/a/b-c__d.e'), { host: 'localhost:5000', path: 'a/b-c__d.e' });
  assert.equal(parseReference('[::1]:5000/a'), { host: '[::1]:5000', path: 'a' });
  for (const bad of [
    'a',
    '/a',
    'h/',
    'h/A',
    'h/a/',
    'h/a//b',
    'h/a:tag',
    'h/../b',
    'h/a_',
    'h/a?b',
    'u@h/a',
    `h/${'a'.repeat(256)}`,
  ])
    assert.is((await thrown<DvmError>(() => parseReference(bad))).code, 'bad-reference', bad);
  const names = ['a', 'A', '_a', 'a-', 'a_b', 'a___b', 'x--41', 'x--', 'b-a', 'c-a', '-a', 'b', 'c', 'b-b-a'];
  const parts = names.map(pathPart);
  for (const part of parts) assert.is(parseReference(`h/${part}`).path, part);
  assert.is(new Set(parts).size, names.length);
  for (const branch of names) {
    assert.match(branchTag(branch), /^[a-zA-Z0-9_][a-zA-Z0-9._-]*$/);
    assert.is(branchOf(branchTag(branch)), branch);
  }
  for (const tag of [`c-${'a'.repeat(20)}`, 'a.b', 'b-a', '-a']) assert.is(branchOf(tag), undefined, tag);
});

test.run();
