import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { Keys } from '#dots/server/auth.js';
import { isServing } from '#dots/server/client.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { House, withHouse } from '#test/support/dot-house.js';
import { freePort, until } from '#test/support/dvs.js';
import { missingEtcd } from '#test/support/etcd.js';
import { TestCa } from '#test/support/test-ca.js';

/** What the server has under way, who may ask it, and what it says of itself. */
const test = suite('dot-server: transfers and doors');

const params = {
  Peer: 'hub',
  Direction: 'pull',
  LocalName: 'shop',
  RemoteName: 'shop',
  User: 'u',
  ApiKey: 'topsecret',
  Seed: true,
};

test('a transfer goes on after a restart, and its secret is nowhere but in a file until it is over', () =>
  withHouse(async (house) => {
    let goOn: (() => void) | undefined;
    let seen = '';
    house.dots.transfer = (options) =>
      new Promise((done, broken) => {
        const { auth } = options.remote;
        seen = auth.kind === 'credentials' ? readFileSync(auth.path, 'utf8') : auth.kind;
        options.onProgress({ kind: 'dot-progress', version: 1, phase: 'pulling', index: 1, total: 2, sent: 5, size: 10 });
        options.signal.addEventListener('abort', () => broken(new Error('stopped')));
        goOn = done;
      });
    await house.start();
    const id = await house.call('Transfer', params);
    await until(async () => (await house.call('GetTransfer', id)).Status === 'pulling', 'it runs');
    assert.equal(
      [seen, statSync(join(house.dir, 'run', 'transfers', `${id}.credentials`)).mode & 0o777],
      ['u:topsecret\n', 0o600],
    );
    await house.stop();
    seen = '';
    await house.start();
    await until(() => seen !== '', 'it runs again');
    goOn?.();
    await until(async () => (await house.call('GetTransfer', id)).Status === 'finished', 'it is over');
    const { Index, Total, FilesystemId } = await house.call('GetTransfer', id);
    assert.equal([seen, Index, Total, FilesystemId], ['u:topsecret\n', 2, 2, house.dots.dots[0]?.branches[0]?.id]);
    assert.equal(readdirSync(join(house.dir, 'run', 'transfers')), []);
    assert.not.match(house.log.join() + JSON.stringify(await house.call('GetTransfer', id)), /topsecret/);
    assert.not.match(
      readFileSync(join(house.dir, 'data', 'member', 'wal', '0000000000000000-0000000000000000.wal'), 'latin1'),
      /topsecret/,
    );
  }));

test('a pull into a dot that is there is told its branch; a seed is not pulled again; no commit is', () =>
  withHouse(async (house) => {
    const asked: object[] = [];
    house.dots.transfer = async ({ dot, ...more }) =>
      void asked.push({ ...dot, ...('remoteBranch' in more && { of: more.remoteBranch }) });
    const dot = await house.dots.init({ namespace: 'admin', name: 'shop' });
    await house.start();
    const over = async (more: object) => {
      const id = await house.call('Transfer', { ...params, ...more });
      await until(async () => /finished|error/.test((await house.call('GetTransfer', id)).Status), 'it is over');
      return (await house.call('GetTransfer', id)).Message;
    };
    assert.is(await over({ RemoteBranchName: 'fix' }), '');
    assert.equal(asked, [{ namespace: 'admin', name: 'shop', branch: 'master', of: 'fix' }]);
    assert.match(await over({ TargetCommit: 'abc' }), /no-target-commit/);
    dot.seed = { from: 'hub/shop', commit: 'c'.repeat(20), state: 'seeded', at: 'then' };
    assert.is(await over({ TargetCommit: 'abc' }), '');
    assert.is(asked.length, 1);
    assert.match((await thrown(() => house.call('Transfer', { ...params, User: 'u'.repeat(2000) }))).message, /User/);
    assert.equal(readdirSync(join(house.dir, 'run', 'transfers')), []);
  }));

test('a transfer that fails says so, with words', () =>
  withHouse(async (house) => {
    house.dots.transfer = async () => {
      throw new Error('nobody there');
    };
    await house.start();
    const id = await house.call('Transfer', { ...params, Direction: 'push' });
    await until(async () => (await house.call('GetTransfer', id)).Status === 'error', 'it is told');
    assert.match((await house.call('GetTransfer', id)).Message, /nobody there/);
    assert.match((await thrown(() => house.call('GetTransfer', 'x'))).message, /no transfer has the id "x"/);
  }));

/** One request over TCP: status and text. */
function ask(
  port: number,
  more: { method?: string; path?: string; headers?: Record<string, string>; body?: string; ca?: Buffer },
): Promise<[number, string]> {
  const { method = 'POST', path = '/rpc', headers = {}, body = '', ca } = more;
  const options = { host: '127.0.0.1', port, method, path, headers, agent: false };
  return new Promise((done, failed) => {
    const send = ca ? httpsRequest({ ...options, ca, checkServerIdentity: () => undefined }) : httpRequest(options);
    send.on('error', failed).on('response', async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      done([response.statusCode ?? 0, Buffer.concat(chunks).toString()]);
    });
    send.end(body);
  });
}

test('over TCP: a key, the right method, JSON, not too much; health and metrics', () =>
  withHouse(async (house) => {
    const port = await freePort();
    writeFileSync(join(house.dir, 'key'), 'k\n');
    const ca = new TestCa(house.dir);
    const { cert, key } = ca.issue('server');
    const tls = { cert: readFileSync(cert), key: readFileSync(key) };
    await house.start({ tcp: { host: '127.0.0.1', port, keys: Keys.read([join(house.dir, 'key')]), tls } });
    const pem = { ca: readFileSync(join(house.dir, 'ca.pem')) };
    const login = { authorization: `Basic ${Buffer.from('admin:k').toString('base64')}` };
    const json = { ...login, 'content-type': 'application/json; charset=utf-8' };
    const ping = '{"jsonrpc":"2.0","method":"DotmeshRPC.Ping","id":8674665223082153551}';
    assert.equal(await ask(port, { ...pem, headers: json, body: ping }), [
      200,
      '{"jsonrpc":"2.0","result":true,"id":8674665223082153551}\n',
    ]);
    assert.equal(await ask(port, { ...pem, headers: { 'content-type': 'application/json' }, body: ping }), [401, 'Unauthorized']);
    assert.is((await ask(port, { ...pem, headers: { ...login, 'content-type': 'text/plain' }, body: ping }))[0], 415);
    assert.is((await ask(port, { ...pem, headers: json, method: 'GET' }))[0], 405);
    assert.is((await ask(port, { ...pem, headers: json, path: '/else' }))[0], 404);
    const long = await ask(port, { ...pem, headers: json, body: 'x'.repeat(2 << 20) }).catch(() => [413]);
    assert.is(long[0], 413);
    assert.match((await ask(port, { ...pem, headers: json, body: '[]' }))[1], /"code":-32600/);
    assert.equal(await ask(port, { ...pem, path: '/check', method: 'GET' }), [200, 'OK']);
    assert.equal(await ask(port, { ...pem, path: '/healthz', method: 'GET' }), [200, 'ok\n']);
    const [, text] = await ask(port, { ...pem, path: '/metrics', method: 'GET', headers: login });
    for (const line of [
      'dot_server_calls_total{method="Ping",outcome="done"} 1',
      'dot_server_refusals_total 1',
      'dot_server_dots 0',
    ])
      assert.ok(text.includes(line), text);
    assert.is(statSync(house.socket).mode & 0o777, 0o600);
    const second = new House(house.dir);
    assert.match((await thrown(() => second.start())).message, /is held by process/);
    assert.ok(await isServing(house.socket), 'and the first one still serves');
    await house.stop();
    assert.not(await isServing(house.socket));
  }));

test('etcd killed: it says that it is not well, then it is again', () =>
  withHouse(async (house) => {
    await house.start();
    const pid = Number(readFileSync(join(house.dir, 'run', 'etcd', 'etcd.pid'), 'utf8').split(' ')[0]);
    process.kill(pid, 'SIGKILL');
    await until(() => house.log.some((l) => l.startsWith('program-started')), 'etcd is up again');
    assert.is(await house.call('Create', { Name: 'after' }), true);
    assert.ok(await isServing(house.socket));
  }));

if (missingEtcd === undefined) test.run();
else skipped(1, missingEtcd);
