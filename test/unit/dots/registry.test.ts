import { Registry } from '#dots/registry/registry.js';
import type { SessionOptions } from '#dots/registry/session.js';
import type { Remote } from '#dots/transfer/content.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { digest, type FakeRegistry, say, withFake } from '#test/support/fake-registry.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dots: a registry, and what it does at bad times');

const waits: number[] = [];
const quick: SessionOptions = {
  timeouts: { connect: 2000, idle: 300 },
  pause: async (milliseconds) => void waits.push(milliseconds),
};

async function using<T>(fake: FakeRegistry, body: (registry: Registry) => Promise<T>, more: Partial<Remote> = {}): Promise<T> {
  const registry = new Registry(fake.remote(more), quick);
  waits.length = 0;
  try {
    return await body(registry);
  } finally {
    registry.close();
  }
}

const data = Buffer.alloc(100_000, 'abcdefg');
const name = digest(data);
const refused = (body: () => Promise<unknown>) => thrown<DvmError>(body);

test('a blob is sent once, and read whole and in parts', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      assert.is(await registry.putBlob(name, data), true);
      assert.is(await registry.putBlob(name, data), false, 'it is there');
      assert.is(fake.count('PUT', 'blobs'), 1);
      assert.equal(await registry.blob(name, data.length), data);
      assert.equal(await registry.range(name, 7, 13, data.length), data.subarray(7, 20));
      assert.is(fake.seen.at(-1)?.range, 'bytes=7-19');
    }),
  ));

test('a blob of another repository is mounted', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.blobs.set(name, data);
      fake.trick = (request, response) => (request.method === 'HEAD' ? say(response, 404, 'BLOB_UNKNOWN', '') : false);
      assert.is(await registry.putBlob(name, data, 'team/other'), false);
      assert.is(fake.count('PUT', ''), 0);
    }),
  ));

test('manifests by tag, tags of many pages, nothing where nothing is', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.trick = (_, response, url) => (url.pathname.endsWith('/list') ? say(response, 404, 'NAME_UNKNOWN', '') : false);
      assert.equal(await registry.tags(), []);
      fake.trick = () => false;
      assert.is(await registry.manifest('t0'), undefined);
      assert.is(await registry.hasManifest('t0'), false);
      await registry.putBlob(name, data);
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      const bytes = Buffer.from(JSON.stringify({ mediaType, config: { digest: name, size: data.length }, layers: [] }));
      for (let i = 0; i < 7; i++) await registry.putManifest(`t${i}`, bytes);
      fake.page = 2;
      assert.equal(await registry.tags(), ['t0', 't1', 't2', 't3', 't4', 't5', 't6']);
      assert.equal(await registry.manifest('t3'), { bytes, digest: digest(bytes) });
      assert.is(await registry.hasManifest('t3'), true);
    }),
  ));

test('no ranges: the whole is asked for once, and parts are cut from it', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.blobs.set(name, data);
      fake.wholeOnly = true;
      for (const at of [0, 500, 99_990])
        assert.equal(await registry.range(name, at, 10, data.length), data.subarray(at, at + 10));
      assert.is(fake.count('GET', name), 1);
    }),
  ));

test('416: the whole instead', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.blobs.set(name, data);
      fake.trick = (request, response) => (request.headers.range !== undefined ? say(response, 416, 'RANGE', '') : false);
      assert.equal(await registry.range(name, 5, 10, data.length), data.subarray(5, 15));
    }),
  ));

test('429 and 503 are waited out, as long as Retry-After says; not for ever', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.blobs.set(name, data);
      let times = 2;
      fake.trick = (_, response) => {
        response.setHeader('retry-after', '7');
        return times-- > 0 ? say(response, times ? 429 : 503, 'TOOMANYREQUESTS', '') : false;
      };
      assert.equal(await registry.blob(name, data.length), data);
      assert.equal(waits, [7000, 7000]);
      times = 100;
      const error = await refused(() => registry.blob(name, data.length));
      assert.is(error.code, 'registry-busy');
      assert.is(fake.count('GET', name), 3 + 5);
    }),
  ));

test('429 for longer than anybody waits', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.trick = (_, response) => {
        response.setHeader('retry-after', '86400');
        say(response, 429, 'TOOMANYREQUESTS', 'slow down');
      };
      const error = await refused(() => registry.blob(name, 10));
      assert.equal([error.code, fake.seen.length], ['registry-busy', 1]);
      assert.match(error.message, /429: TOOMANYREQUESTS slow down/);
    }),
  ));

test('413 is said in words', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.most = 1000;
      const error = await refused(() => registry.putBlob(name, data));
      assert.is(error.code, 'registry-too-large');
      assert.match(error.hint ?? '', /client_max_body_size/);
      assert.is(fake.count('PUT', ''), 1, 'not tried again');
    }),
  ));

test('a cut connection: again, then an error; an upload begins anew', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      let times = 1;
      fake.trick = (request, response) => {
        if (request.method !== 'PUT' || times-- <= 0) return false;
        request.once('data', () => response.socket?.destroy());
        return true;
      };
      assert.is(await registry.putBlob(name, data), true);
      assert.is(fake.count('POST', ''), 2);
      fake.trick = (request, response) => {
        if (request.method !== 'GET') return false;
        response.writeHead(200, { 'content-length': 100_000 }).write(data.subarray(0, 500));
        setTimeout(() => response.socket?.destroy(), 20);
        return true;
      };
      const error = await refused(() => registry.blob(name, data.length));
      assert.is(error.code, 'cut');
      assert.match(error.message, /5 attempts/);
    }),
  ));

test('a wrong digest is never handed on', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.blobs.set(name, Buffer.from('something else'));
      assert.is((await refused(() => registry.blob(name, 1000))).code, 'wrong-digest');
      fake.wholeOnly = true;
      assert.is((await refused(() => registry.range(name, 0, 5, 14))).code, 'wrong-digest');
      fake.manifests.set('t', Buffer.from('{}'));
      fake.trick = (_, response) => response.setHeader('docker-content-digest', name).end('{}');
      assert.is((await refused(() => registry.manifest('t'))).code, 'wrong-digest');
    }),
  ));

test('more than was said is not taken in', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.blobs.set(name, data);
      assert.is((await refused(() => registry.blob(name, 99_999))).code, 'too-long');
      fake.trick = (_, response) => {
        for (let i = 0; i < 50; i++) response.write(data);
        response.end();
      };
      assert.is((await refused(() => registry.blob(name, 99_999))).code, 'too-long');
    }),
  ));

test('silence has an end', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.trick = () => true;
      const error = await refused(() => registry.blob(name, 10));
      assert.is(error.code, 'timed-out');
      assert.match(error.message, /was silent for 0.3 s \(5 attempts\)/);
    }),
  ));

test('nobody there; and nobody who speaks TLS', () =>
  withFake(async (fake) => {
    const tls = await refused(() => using(fake, (r) => r.blob(name, 10), { plainHttp: false }));
    assert.is(tls.code, 'registry-unreachable');
    assert.match(tls.hint ?? '', /--plain-http/);
    const error = await refused(() => using(fake, (r) => r.blob(name, 10), { reference: '127.0.0.1:1/x' }));
    assert.is(error.code, 'registry-unreachable');
  }));

test('errors keep their words, without what a terminal obeys', () =>
  withFake((fake) =>
    using(fake, async (registry) => {
      fake.trick = (_, response) => say(response, 403, 'DENIED', 'go \u001b[2Jaway');
      const error = await refused(() => registry.blob(name, 10));
      assert.is(error.code, 'registry-denied');
      assert.is(error.message.includes('\u001b'), false);
      fake.trick = (_, response) => response.writeHead(404).end('<html>');
      assert.is((await refused(() => registry.blob(name, 10))).code, 'registry-not-found');
    }),
  ));

test('an end from outside ends it', () =>
  withFake(async (fake) => {
    const end = new AbortController();
    const registry = new Registry(fake.remote(), { signal: end.signal });
    fake.trick = () => setTimeout(() => end.abort(), 10);
    assert.is((await thrown(() => registry.blob(name, 10))).name, 'AbortError');
    registry.close();
  }));

test.run();
