import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keys } from '#dots/server/auth.js';
import { type BadCall, errorText, parseCall, resultText } from '#dots/server/json-rpc.js';
import { Params } from '#dots/server/params.js';
import { requestIn } from '#dots/server/transfer-request.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

/** What dotmesh's clients send, and what they are told. */
const test = suite('dot-server: calls');

const call = (id: string, more = '"params":{"Name":"a"}') => `{"jsonrpc":"2.0","method":"DotmeshRPC.X",${more},"id":${id}}`;

test('an id is echoed to the last digit, wherever it stands', () => {
  for (const id of ['0', '9223372036854775807', '-1', 'null', '"a\\"b"', '8674665223082153551']) {
    assert.is(parseCall(call(id)).id, id);
    assert.equal(JSON.parse(resultText(parseCall(call(id)).id, true)).result, true);
    assert.ok(resultText(id, true).includes(`"id":${id}}`));
  }
  const early = '{ "id" : 9223372036854775807 ,\n"params":{"id":1,"x":"\\"id\\":2"},"method":"m","jsonrpc":"2.0"}';
  assert.equal(parseCall(early), { id: '9223372036854775807', method: 'm', params: { id: 1, x: '"id":2' } });
  assert.equal(parseCall('{"jsonrpc":"2.0","method":"m"}'), { id: 'null', method: 'm', params: null });
});

test('what is no call is refused with the code for it', async () => {
  const cases: [string, number][] = [
    ['', -32700],
    ['{', -32700],
    ['{"jsonrpc":"2.0","method":"m","id":1,"id":2}', -32700],
    [`${'['.repeat(10_000)}`, -32700],
    ['[]', -32600],
    [`[${call('1')}]`, -32600],
    ['{"method":"m","id":1}', -32600],
    ['{"jsonrpc":"1.0","method":"m","id":1}', -32600],
    ['{"jsonrpc":"2.0","method":1,"id":1}', -32600],
    [call('{}'), -32600],
    [call('1.5'), -32600],
    [call('9223372036854775808'), -32600],
    [call(`"${'x'.repeat(300)}"`), -32600],
  ];
  for (const [text, code] of cases) assert.is((await thrown<BadCall>(() => parseCall(text))).code, code, text.slice(0, 80));
  assert.is((await thrown<BadCall>(() => parseCall('{"jsonrpc":"1.0","id":7}'))).id, '7', 'the id is told all the same');
});

test('an error has no data; its text cannot end it', () => {
  assert.equal(JSON.parse(errorText('7', -32000, 'no "dot"\n')), {
    jsonrpc: '2.0',
    error: { code: -32000, message: 'no "dot"\n', data: null },
    id: 7,
  });
});

test('parameters are an object, a text, nothing, or one of them in an array', async () => {
  for (const given of [{ Name: 'a' }, [{ Name: 'a' }]]) assert.is(new Params(given).required('Name'), 'a');
  for (const given of ['id', ['id']]) assert.is(new Params(given).bare(), 'id');
  const p = new Params({ n: 1, b: true, t: { k: 'v' }, bad: { k: 1 }, e: '' });
  assert.equal([p.whole('n'), p.flag('b'), p.texts('t'), p.optional('e'), p.text('x')], [1, true, { k: 'v' }, undefined, '']);
  for (const wrong of [
    () => p.bare(),
    () => p.text('n'),
    () => p.required('e'),
    () => p.flag('n'),
    () => p.whole('b'),
    () => p.whole('t'),
    () => p.texts('bad'),
    () => p.texts('e'),
    () => new Params(null).text('x'),
    () => new Params([{}, {}]).text('x'),
  ])
    assert.is((await thrown<DvmError>(wrong)).code, 'bad-params');
});

test('the API key and the password let admin in; nothing else does', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'dvm-keys-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const keys = Keys.read([file('key', 'api:key\n'), file('password', 'pass word')]);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.ok(keys.letsIn(basic('admin:api:key')) && keys.letsIn(basic('admin:pass word').replace('Basic', 'basic')));
  for (const header of [
    undefined,
    '',
    'Basic',
    'Bearer x',
    basic('admin'),
    basic('admin:'),
    basic('api:key'),
    basic('root:api:key'),
    basic('admin:api:key\n'),
  ])
    assert.not(keys.letsIn(header), header);
  assert.is((await thrown<DvmError>(() => Keys.read([file('empty', '\n')]))).code, 'empty-key');
  assert.is((await thrown<DvmError>(() => Keys.read([join(dir, 'none')]))).code, 'no-input');
});

test('a transfer names a registry, a repository, a dot; what it does not is refused', async () => {
  const asked = {
    Peer: 'hub',
    Port: 5000,
    Direction: 'pull',
    LocalName: 'a',
    RemoteNamespace: 'ns',
    RemoteName: 'b',
    ApiKey: 'secret',
  };
  const { request, apiKey } = requestIn(new Params(asked));
  assert.equal([apiKey, request.LocalNamespace, request.LocalBranchName], ['secret', 'admin', '']);
  assert.not.match(JSON.stringify(request), /secret/);
  for (const wrong of [
    { Direction: 'up' },
    { Peer: '' },
    { LocalName: 'a/b' },
    { LocalBranchName: '..' },
    { Port: 70_000 },
    { RemoteName: '../../etc' },
    { TargetCommit: 'x/../y' },
  ]) {
    const e = await thrown<DvmError>(() => requestIn(new Params({ ...asked, ...wrong })));
    assert.ok(['bad-params', 'bad-dot-name', 'bad-reference'].includes(e.code), JSON.stringify(wrong));
  }
});

test.run();
