import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { ByteReader } from '#dots/lazy/byte-reader.js';
import { type Export, serveConnection } from '#dots/lazy/nbd-connection.js';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { Random } from '#test/support/random.js';

const test = suite('dots: the NBD server and clients of all kinds');
const content = new Random(1).bytes(200_000);

const served: Export = {
  size: content.length,
  names: ['', 'commit'],
  read: async (offset, length) => {
    if (offset === 13) throw new Error('the registry is down');
    await new Promise((done) => setTimeout(done, offset % 7));
    return content.subarray(offset, offset + length);
  },
};

interface Client {
  socket: Socket;
  input: ByteReader;
}

function withClients(body: (client: () => Promise<Client>) => Promise<void>): Promise<void> {
  return inTmp(async (dir) => {
    const path = join(dir, 's');
    const server = createServer((socket) => void serveConnection(socket, served));
    await new Promise<void>((done) => server.listen(path, done));
    const sockets: Socket[] = [];
    const client = async (): Promise<Client> => {
      const socket = connect(path).on('error', () => {});
      sockets.push(socket);
      return { socket, input: new ByteReader(socket) };
    };
    try {
      await body(client);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    }
  });
}

function words(...values: (number | bigint | string)[]): Buffer {
  return Buffer.concat(
    values.map((v) => {
      if (typeof v === 'string') return Buffer.from(v);
      const out = Buffer.alloc(typeof v === 'bigint' ? 8 : 4);
      if (typeof v === 'bigint') out.writeBigUInt64BE(v);
      else out.writeUInt32BE(v);
      return out;
    }),
  );
}

const flags = 3;
const go = (name: string): Buffer => words('IHAVEOPT', 7, 6 + name.length, name.length, name, '\0\0');
const request = (type: number, cookie: bigint, offset: bigint, length: number): Buffer =>
  words(0x25609513, type, cookie, offset, length);

/** Replies to options until one that is not information: its type. */
async function reply({ input }: Client): Promise<number | undefined> {
  for (;;) {
    const head = await input.read(20);
    if (head === undefined) return undefined;
    assert.is(head.readBigUInt64BE(0), 0x3e889045565a9n);
    await input.read(head.readUInt32BE(16));
    if (head.readUInt32BE(12) > 3 || head.readUInt32BE(12) === 1) return head.readUInt32BE(12);
  }
}

async function chosen(client: () => Promise<Client>): Promise<Client> {
  const c = await client();
  c.socket.write(Buffer.concat([words(flags), go('commit')]));
  assert.equal(await c.input.read(18), Buffer.from('NBDMAGICIHAVEOPT\0\x03'));
  assert.is(await reply(c), 1);
  return c;
}

/** Error and data by cookie, of so many answers. */
async function answers({ input }: Client, lengths: Map<bigint, number>): Promise<Map<bigint, { error: number; data: Buffer }>> {
  const out = new Map<bigint, { error: number; data: Buffer }>();
  while (out.size < lengths.size) {
    const head = (await input.read(16)) as Buffer;
    assert.is(head.readUInt32BE(0), 0x67446698);
    const [error, cookie] = [head.readUInt32BE(4), head.readBigUInt64BE(8)];
    const data = error === 0 ? await input.read(lengths.get(cookie) ?? 0) : Buffer.alloc(0);
    out.set(cookie, { error, data: data as Buffer });
  }
  return out;
}

test('many reads at once, each answered with its own', () =>
  withClients(async (client) => {
    const c = await chosen(client);
    const random = new Random(2);
    const asked = new Map<bigint, { offset: number; length: number }>();
    for (let i = 0n; i < 300n; i++) {
      const offset = 14 + random.below(150_000);
      asked.set(i, { offset, length: 1 + random.below(40_000) });
      c.socket.write(request(0, i, BigInt(offset), asked.get(i)?.length ?? 0));
    }
    const found = await answers(c, new Map([...asked].map(([k, { length }]) => [k, length])));
    for (const [cookie, { offset, length }] of asked)
      assert.ok(found.get(cookie)?.data.equals(content.subarray(offset, offset + length)), `request ${cookie}`);
  }));

test('writes, unknown commands, places outside and failing reads are errors; the connection lives on', () =>
  withClients(async (client) => {
    const c = await chosen(client);
    c.socket.write(Buffer.concat([request(1, 1n, 0n, 5), Buffer.from('hello')]));
    c.socket.write(request(3, 2n, 0n, 0));
    c.socket.write(request(0, 3n, 199_999n, 2));
    c.socket.write(request(0, 4n, 2n ** 64n - 1n, 1));
    c.socket.write(request(0, 5n, 0n, 0xffff_ffff));
    c.socket.write(request(0, 6n, 13n, 1));
    c.socket.write(request(0, 7n, 199_999n, 1));
    const found = await answers(c, new Map([1n, 2n, 3n, 4n, 5n, 6n, 7n].map((k) => [k, k === 7n ? 1 : 0])));
    assert.equal(
      [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((k) => found.get(k)?.error),
      [1, 95, 22, 22, 22, 5, 0],
    );
    c.socket.write(request(2, 0n, 0n, 0));
    assert.is(await c.input.read(1), undefined, 'the end, as asked for');
  }));

test('options: another name, malformed, too long, unknown, the list, the end', () =>
  withClients(async (client) => {
    const c = await client();
    c.socket.write(words(flags));
    await c.input.read(18);
    const ask = async (bytes: Buffer): Promise<number | undefined> => {
      c.socket.write(bytes);
      return reply(c);
    };
    assert.is(await ask(go('other')), 0x8000_0006);
    assert.is(await ask(words('IHAVEOPT', 7, 6, 99, '\0\0')), 0x8000_0003);
    assert.is(await ask(words('IHAVEOPT', 6, 3, 'abc')), 0x8000_0003);
    assert.is(await ask(words('IHAVEOPT', 8, 0)), 0x8000_0001);
    assert.is(await ask(words('IHAVEOPT', 5, 0)), 0x8000_0001);
    assert.is(await ask(words('IHAVEOPT', 7, 10_000, 'x'.repeat(10_000))), 0x8000_0009);
    assert.is(await ask(words('IHAVEOPT', 3, 1, 'x')), 0x8000_0003);
    assert.is(await ask(words('IHAVEOPT', 3, 0)), 1);
    assert.is(await ask(words('IHAVEOPT', 2, 0)), 1);
    assert.is(await c.input.read(1), undefined);
  }));

test('the oldest way in: the name alone', () =>
  withClients(async (client) => {
    for (const [name, bytes] of [
      ['commit', 10 + 124],
      ['', 10 + 124],
      ['other', 0],
    ] as const) {
      const c = await client();
      c.socket.write(Buffer.concat([words(1), words('IHAVEOPT', 1, name.length, name)]));
      await c.input.read(18);
      const facts = bytes === 0 ? undefined : await c.input.read(bytes);
      assert.is(facts?.readBigUInt64BE(0), bytes === 0 ? undefined : 200_000n, name);
      if (facts === undefined) assert.is(await c.input.read(1), undefined);
    }
  }));

test('noise gets no further than its own connection', () =>
  withClients(async (client) => {
    const random = new Random(9);
    const starts = [Buffer.alloc(0), words(flags), Buffer.concat([words(flags), go('')])];
    for (let i = 0; i < 60; i++) {
      const c = await client();
      const start = random.pick(starts);
      c.socket.write(start);
      const magic = random.pick(['', 'IHAVEOPT', '\x25\x60\x95\x13']);
      c.socket.end(Buffer.concat([Buffer.from(magic, 'latin1'), random.bytes(random.below(300))]));
      while ((await c.input.read(1)) !== undefined);
    }
    await chosen(client);
  }));

test.run();
