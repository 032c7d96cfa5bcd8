import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Etcd } from '#etcd/client.js';
import { refreshEndpoints, snapshot } from '#etcd/cluster.js';
import { endpointOf } from '#etcd/endpoint.js';
import { get, put, range, replace, txn } from '#etcd/kv.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

/** What the client makes of answers that a sound etcd seldom gives. */
const test = suite('etcd: client');

type Answers = (path: string, body: { [key: string]: unknown }, response: ServerResponse, request: IncomingMessage) => void;

/** Servers on sockets, each with its own answers; a client that asks them in order. */
function withServers(answers: readonly Answers[], work: (etcd: Etcd, asked: string[]) => Promise<void>): Promise<void> {
  return inTmp(async (dir) => {
    const asked: string[] = [];
    const servers = await Promise.all(answers.map((answer, i) => serve(join(dir, `${i}`), i, answer, asked)));
    const etcd = new Etcd({
      endpoints: [...answers.keys()].map((i) => `unix:${join(dir, `${i}`)}`),
      user: { name: 'me', password: 'secret' },
      timeout: 300,
    });
    try {
      await work(etcd, asked);
    } finally {
      etcd.close();
      for (const server of servers) server.closeAllConnections();
      for (const server of servers) server.close();
    }
  });
}

function serve(path: string, index: number, answer: Answers, asked: string[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = request.url ?? '';
    if (url === '/v3/auth/authenticate') return say(response, { token: 't' });
    asked.push(`${index} ${url}`);
    answer(url, JSON.parse(Buffer.concat(chunks).toString()), response, request);
  });
  return new Promise((done) => server.listen(path, () => done(server)));
}

function say(response: ServerResponse, value: object | string, status = 200): void {
  response.writeHead(status).end(typeof value === 'string' ? value : JSON.stringify(value));
}

const header = { revision: '7' };
const kvs = [{ key: 'aw==', value: 'dg==', create_revision: '7', mod_revision: '7', version: '1' }];
const sound: Answers = (_, __, response) => say(response, { header, kvs, succeeded: true });
const silent: Answers = () => {};
const cut: Answers = (_, __, response) => response.destroy();
const says =
  (code: number, error: string, status = 503): Answers =>
  (_, __, response) =>
    say(response, { error, code, message: error }, status);

test('an endpoint is the file of a socket, or an address; a password is not repeated', async () => {
  assert.equal(endpointOf('unix:/run/x/client:2379'), { text: 'unix:/run/x/client:2379', socketPath: '/run/x/client:2379' });
  assert.equal(endpointOf('https://[::1]:2379'), { text: 'https://[::1]:2379', tls: true, host: '::1', port: 2379 });
  for (const text of ['', 'unix:x', 'unix://x:0', 'ftp://x', 'http://me:secret@x:1', 'https://x/path', 'x:1']) {
    const e = await thrown<DvmError>(() => endpointOf(text));
    assert.is(e.code, 'bad-endpoint', text);
    assert.not.match(e.message, /secret/);
  }
});

test('what can be repeated is asked of the next: after silence, a cut, no leader', () =>
  withServers([silent, cut, says(14, 'etcdserver: no leader'), sound], async (etcd, asked) => {
    assert.is((await get(etcd, 'k'))?.value, 'v');
    assert.equal(
      asked.map((a) => a[0]),
      ['0', '1', '2', '3'],
    );
    await put(etcd, 'k', 'v');
    assert.is(asked.at(-1), '3 /v3/kv/put', 'the one that answered is asked first from then on');
  }));

test('none answers: it says so of each', () =>
  withServers([silent, cut], async (etcd) => {
    const e = await thrown<DvmError>(() => get(etcd, 'k'));
    assert.equal([e.code, e.message], ['etcd-unavailable', 'none of 2 endpoints of etcd answers']);
    assert.is((e.details as string[]).length, 2);
  }));

test('a write that may have got through is not sent again', () =>
  withServers([cut, sound], async (etcd, asked) => {
    const e = await thrown<DvmError>(() => txn(etcd, [], [{ put: 'k', value: 'v' }]));
    assert.is(e.code, 'etcd-unsure');
    assert.is(asked.length, 1);
  }));

test('a write that nobody can have got is', () =>
  withServers([sound], async (etcd) => {
    etcd.setEndpoints(['unix:/no/such/socket', ...etcd.endpoints]);
    assert.ok((await txn(etcd, [], [{ put: 'k', value: 'v' }])).succeeded);
  }));

test('a replacement whose answer was lost is looked up: done already, or done again from the same', () => {
  let lost = true;
  let value = 'b2xk';
  const answers =
    (does: boolean): Answers =>
    (path, _, response) => {
      const now = [{ ...kvs[0], value, mod_revision: value === 'bmV3' ? '8' : '7' }];
      if (path === '/v3/kv/range') return say(response, { header, kvs: now });
      if (does) value = 'bmV3';
      if (lost) {
        lost = false;
        return void response.destroy();
      }
      value = 'bmV3';
      say(response, {
        header,
        succeeded: true,
        responses: [{ response_put: {} }, { response_range: { kvs: [{ ...kvs[0], value }] } }],
      });
    };
  const known = { key: 'k', value: 'old', created: 7, modified: 7, lease: undefined };
  return withServers([answers(true)], async (etcd, asked) => {
    assert.is((await replace(etcd, 'k', known, 'new'))?.value, 'new');
    assert.equal(asked, ['0 /v3/kv/txn', '0 /v3/kv/range']);
    [lost, value] = [true, 'b2xk'];
  }).then(() =>
    withServers([answers(false)], async (etcd, asked) => {
      assert.is((await replace(etcd, 'k', known, 'new'))?.value, 'new');
      assert.equal(asked, ['0 /v3/kv/txn', '0 /v3/kv/range', '0 /v3/kv/txn']);
    }),
  );
});

test("etcd's own refusals keep their meaning, and end the search", async () => {
  for (const [code, status, word, exit] of [
    [7, 403, 'etcd-permission', 'permission'],
    [8, 429, 'etcd-no-space', 'noSpace'],
    [9, 400, 'etcd-failed', 'unavailable'],
  ] as const)
    await withServers([says(code, 'etcdserver: words', status), sound], async (etcd, asked) => {
      const e = await thrown<DvmError>(() => get(etcd, 'k'));
      assert.equal([e.code, e.exit, asked.length], [word, exit, 1]);
      assert.match(e.message, /^etcd at "unix:.*\/0" says: etcdserver: words$/);
    });
});

test('a token that is no longer taken is replaced once', () => {
  let refusals = 0;
  const fussy: Answers = (_, __, response, request) => {
    if (request.headers.authorization !== 't') return say(response, 'none', 401);
    if (refusals-- > 0) return say(response, { error: 'etcdserver: invalid auth token', code: 16 }, 401);
    say(response, { header, kvs });
  };
  return withServers([fussy], async (etcd) => {
    refusals = 1;
    assert.is((await get(etcd, 'k'))?.value, 'v');
    refusals = 2;
    assert.is((await thrown<DvmError>(() => get(etcd, 'k'))).code, 'etcd-unauthenticated');
  });
});

test('answers that are none', async () => {
  for (const answer of [
    '<html>',
    '[]',
    '{"header":{"revision":5.5}}',
    '{"header":{"revision":"1e3"}}',
    '{"kvs":{}}',
    '{"kvs":[1]}',
  ])
    await withServers([(_, __, response) => say(response, answer)], async (etcd) => {
      const e = await thrown<DvmError>(() => range(etcd, 'k'));
      assert.equal([e.code, answer], ['etcd-answer', answer]);
    });
  for (const kv of [{ key: '%' }, { key: '/w==' }, { value: 1 }, { mod_revision: '9007199254740993' }])
    await withServers([(_, __, response) => say(response, { header, kvs: [{ ...kvs[0], ...kv }] })], async (etcd) => {
      assert.is((await thrown<DvmError>(() => range(etcd, 'k'))).code, 'etcd-answer', JSON.stringify(kv));
    });
});

test('a stream that tells a failure, or breaks off', async () => {
  const failing: Answers = (_, __, response) =>
    say(response, '{"result":{"blob":"YQ=="}}\n{"error":{"grpc_code":8,"message":"full"}}\n');
  const all = async (etcd: Etcd) => {
    for await (const _ of snapshot(etcd, AbortSignal.timeout(5000)));
  };
  await withServers([failing], async (etcd) => assert.is((await thrown<DvmError>(() => all(etcd))).code, 'etcd-no-space'));
  const broken: Answers = (_, __, response) => {
    response.write('{"result":{"blob":"YQ=="}}\n');
    setTimeout(() => response.destroy(), 20);
  };
  await withServers([broken], async (etcd) => assert.is((await thrown<DvmError>(() => all(etcd))).code, 'etcd-unavailable'));
});

test('endpoints are those of the members that serve', () => {
  const members = [
    { ID: '1', clientURLs: ['https://a:1'] },
    { ID: '2', clientURLs: ['https://b:1'], isLearner: true },
    { ID: '3' },
  ];
  return withServers([(_, __, response) => say(response, { members })], async (etcd) => {
    await refreshEndpoints(etcd);
    assert.equal(etcd.endpoints, ['https://a:1']);
  });
});

test.run();
