import { Places } from '#dots/format/places.js';
import { Cache } from '#dots/lazy/cache.js';
import { CommitReader } from '#dots/lazy/commit-reader.js';
import { push } from '#dots/transfer/push.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { MemoryDot, MemoryVolume, scribble } from '#test/support/dot-volumes.js';
import { type FakeRegistry, withFake } from '#test/support/fake-registry.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dots: reading a commit where it is');
const GiB = 2 ** 30;
const session = { pause: async () => {}, timeouts: { connect: 2000, idle: 2000 } };

async function withReader(
  fake: FakeRegistry,
  fill: (volume: MemoryVolume) => void,
  body: (reader: CommitReader, volume: MemoryVolume) => Promise<void>,
  packTarget?: number,
): Promise<void> {
  const dot = new MemoryDot();
  const volume = new MemoryVolume(2 * GiB + 65_536);
  fill(volume);
  const id = dot.commit(volume);
  await push({ source: dot, branch: 'master', head: id, remote: fake.remote(), session, packTarget });
  const reader = await CommitReader.open(fake.remote(), id, session);
  fake.seen.length = 0;
  try {
    await body(reader, volume);
  } finally {
    reader.close();
  }
}

/** Any bytes, block by block from the volume itself. */
async function expected(volume: MemoryVolume, offset: number, length: number): Promise<Buffer> {
  const start = Math.floor(offset / 4096) * 4096;
  const end = Math.ceil((offset + length) / 4096) * 4096;
  return end === start
    ? Buffer.alloc(0)
    : (await volume.read(start, end - start)).subarray(offset - start, offset - start + length);
}

for (const wholeOnly of [false, true])
  test(`any bytes are those of the volume, ${wholeOnly ? 'without' : 'with'} ranges`, () =>
    withFake((fake) =>
      withReader(
        fake,
        (volume) => scribble(volume, new Random(3), 150),
        async (reader, volume) => {
          fake.wholeOnly = wholeOnly;
          const random = new Random(4);
          assert.is(reader.size, volume.size);
          const near = [0, GiB - 5000, GiB, 2 * GiB];
          for (let i = 0; i < 150; i++) {
            const offset = random.chance(0.5) ? random.below(900_000) : random.pick(near) + random.below(60_000);
            const length = Math.min(random.below(100_000), volume.size - offset);
            const found = await reader.read(offset, length);
            assert.ok(found.equals(await expected(volume, offset, length)), `${length} bytes at ${offset}`);
          }
        },
        300_000,
      ),
    ));

test('neighbours come with one request, and nothing comes twice', () =>
  withFake((fake) =>
    withReader(
      fake,
      (volume) => {
        for (let i = 0; i < 1500; i++) volume.set(i, new Random(i).bytes(4096));
      },
      async (reader) => {
        await reader.read(0, 4096);
        assert.is(fake.seen.length, 2, 'a segment of the index, a window of the pack');
        await Promise.all([0, 1, 2, 3].map((i) => reader.read(i * 65_536, 65_536)));
        assert.is(fake.seen.length, 2);
        await reader.read(0, 6 << 20);
        assert.is(fake.seen.length, 2 + 5, '6 MiB in windows of 1 MiB');
        await reader.read(GiB, GiB);
        assert.is(fake.seen.length, 7, 'zeros need nothing');
      },
    ),
  ));

test('what is damaged is an error, once; places out of the volume too', () =>
  withFake((fake) =>
    withReader(
      fake,
      (volume) => {
        for (let i = 0; i < 700; i++) volume.set(i, new Random(i).bytes(4096));
      },
      async (reader, volume) => {
        const packs = [...fake.blobs].filter(([, blob]) => blob.length > 100_000);
        for (const [name, blob] of packs) fake.blobs.set(name, Buffer.alloc(blob.length, 1));
        const read = () => reader.read(5 * 4096, 4096);
        assert.is((await thrown<DvmError>(read)).code, 'bad-frame');
        for (const [name, blob] of packs) fake.blobs.set(name, blob);
        assert.equal(await read(), await volume.read(5 * 4096, 4096));
        for (const [offset, length] of [
          [-1, 1],
          [0, -1],
          [volume.size, 1],
          [1, volume.size],
        ] as const)
          assert.is((await thrown<DvmError>(() => reader.read(offset, length))).code, 'out-of-range');
      },
    ),
  ));

test('a cache keeps what was used last, up to its weight, and no failures', async () => {
  const made: string[] = [];
  const cache = new Cache<string>(10, (v) => v.length);
  const get = (key: string, value = 'xxxx') =>
    cache.get(key, async () => {
      made.push(key);
      return value;
    });
  await Promise.all([get('a'), get('a'), get('b')]);
  assert.equal(made, ['a', 'b'], 'two at once wait for one making');
  await get('a');
  await get('c');
  await get('a');
  assert.equal(made, ['a', 'b', 'c'], 'b was used longest ago');
  await get('b');
  assert.equal(made, ['a', 'b', 'c', 'b']);
  await thrown(() => cache.get('d', () => Promise.reject(new Error('no'))));
  assert.is(await get('d', 'y'), 'y');
  cache.drop('d');
  assert.is(await get('d', 'z'), 'z');
});

test('so many at once, the others in turn, also after a failure', async () => {
  const places = new Places(2);
  let [now, most] = [0, 0];
  const work = (n: number) =>
    places.with(async () => {
      most = Math.max(most, ++now);
      await new Promise((done) => setTimeout(done, 3));
      now--;
      if (n === 1) throw new Error('one');
      return n;
    });
  const done = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(work));
  assert.equal([most, now, done.filter((d) => d.status === 'fulfilled').length], [2, 0, 5]);
});

test.run();
