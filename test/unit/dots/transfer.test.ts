import type { DotProgress } from '#dots/transfer/content.js';
import { fetchCommit } from '#dots/transfer/fetch.js';
import { push } from '#dots/transfer/push.js';
import { listRemote, remoteBranch, remoteCommit } from '#dots/transfer/remote-branch.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { idOf, MemoryDot, MemoryVolume, scribble } from '#test/support/dot-volumes.js';
import { type FakeRegistry, say, withFake } from '#test/support/fake-registry.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dots: push and pull');
const GiB = 2 ** 30;
const session = { pause: async () => {}, timeouts: { connect: 2000, idle: 2000 } };

const pushed = (fake: FakeRegistry, source: MemoryDot, head: string, more: object = {}) =>
  push({ source, branch: 'master', head, remote: fake.remote(), packTarget: 100_000, session, ...more });

async function pulled(fake: FakeRegistry, commit: string, size: number, more: object = {}): Promise<MemoryVolume> {
  const target = new MemoryVolume(size);
  await fetchCommit({ remote: fake.remote(), commit, from: undefined, target, session, ...more });
  assert.is(target.flushed, 1);
  return target;
}

async function forSeeds(count: number, body: (random: Random) => Promise<void>): Promise<void> {
  const only = process.env.SEED;
  for (let seed = only ? Number(only) : 1; seed <= (only ? Number(only) : count); seed++)
    await body(new Random(seed)).catch((e: Error) => {
      throw new Error(`seed ${seed} (run it with SEED=${seed}): ${e.message}`, { cause: e });
    });
}

test('every commit can be pulled alone and from any other, and is the source bit by bit', () =>
  forSeeds(6, (random) =>
    withFake(async (fake) => {
      const dot = new MemoryDot();
      const volume = new MemoryVolume(2 * GiB + 8 * 65_536);
      for (let i = 0; i < 7; i++) {
        scribble(volume, random, 12);
        if (random.chance(0.3)) volume.resize(random.pick([GiB, GiB + 65_536, 3 * GiB, 40 * 65_536]));
        const id = dot.commit(volume);
        if (random.chance(0.6)) await pushed(fake, dot, id);
      }
      const ids = dot.commits.map((c) => c.id);
      await pushed(fake, dot, ids.at(-1) as string);
      assert.is(dot.opened, 0, 'all that was opened is closed');
      for (const id of ids) assert.is((await pulled(fake, id, dot.volume(id).size)).differsFrom(dot.volume(id)), undefined, id);
      for (let i = 0; i < 8; i++) {
        const [from, commit] = [random.pick(ids), random.pick(ids)];
        const target = dot.volume(from).copy();
        target.resize(Math.max(target.size, dot.volume(commit).size));
        await fetchCommit({ remote: fake.remote(), commit, from, target, session });
        target.resize(dot.volume(commit).size);
        assert.is(target.differsFrom(dot.volume(commit)), undefined, `${from} to ${commit}`);
      }
    }),
  ));

test('what is the same is neither sent nor fetched again', () =>
  withFake(async (fake) => {
    const random = new Random(5);
    const dot = new MemoryDot();
    const volume = new MemoryVolume(2 * GiB);
    for (let i = 0; i < 400; i++) volume.set(i, random.bytes(4096));
    volume.set(GiB / 4096 + 5, random.bytes(4096));
    const first = dot.commit(volume);
    assert.is((await pushed(fake, dot, first)).commits.length, 1);
    const before = fake.seen.length;
    assert.equal(await pushed(fake, dot, first), { commits: [], moved: false, bytes: 0 });
    assert.is(fake.count('PUT', ''), fake.seen.slice(0, before).filter((s) => s.method === 'PUT').length);
    volume.set(7, random.bytes(4096));
    volume.set(300, Buffer.alloc(4096));
    const second = dot.commit(volume);
    const puts = fake.count('PUT', 'blobs');
    assert.ok((await pushed(fake, dot, second)).bytes < 5000, 'one block of 4 KiB is new');
    assert.is(fake.count('PUT', 'blobs') - puts, 3, 'a pack, one segment of the index, the config');
    const target = dot.volume(first).copy();
    const gets = fake.count('GET', 'blobs');
    const { bytes } = await fetchCommit({ remote: fake.remote(), commit: second, from: first, target, session });
    assert.ok(bytes < 5000 && target.written === 4096, `${bytes} fetched, ${target.written} written`);
    assert.is(fake.count('GET', 'blobs') - gets, 2 + 2 + 1, 'configs, segments of the first GiB, one frame');
    assert.is(target.differsFrom(volume), undefined);
  }));

test('zeros cost nothing, however much of them is allocated', () =>
  withFake(async (fake) => {
    const dot = new MemoryDot();
    const volume = new MemoryVolume(GiB);
    for (let i = 0; i < 1000; i++) volume.blocks.set(i, Buffer.alloc(4096));
    const { bytes } = await pushed(fake, dot, dot.commit(volume));
    assert.is(bytes, 0);
    assert.is((await remoteBranch(fake.remote(), 'master'))?.bytes, 0);
  }));

test('an interrupted push goes on where whole packs ended', () =>
  withFake(async (fake) => {
    const dot = new MemoryDot();
    const volume = new MemoryVolume(GiB);
    for (let i = 0; i < 500; i++) volume.set(i, new Random(i).bytes(4096));
    const id = dot.commit(volume);
    let left = 6;
    fake.trick = (request, response) => (request.method === 'PUT' && left-- <= 0 ? say(response, 400, 'NO', 'no') : false);
    assert.is((await thrown<DvmError>(() => pushed(fake, dot, id))).code, 'registry-status');
    assert.is(fake.blobs.size, 6);
    assert.is(dot.opened, 0);
    fake.trick = () => false;
    const sent = fake.count('PUT', 'blobs');
    await pushed(fake, dot, id);
    const puts = fake.count('PUT', 'blobs') - sent;
    assert.is(puts, fake.blobs.size - 6, 'only what was missing');
    assert.is((await pulled(fake, id, GiB)).differsFrom(volume), undefined);
  }));

test('an interrupted pull goes on: what is there and right is not fetched again', () =>
  withFake(async (fake) => {
    const dot = new MemoryDot();
    const volume = new MemoryVolume(GiB);
    for (let i = 0; i < 6000; i++) volume.set(i * 2, new Random(i).bytes(4096));
    const id = dot.commit(volume);
    await pushed(fake, dot, id, { packTarget: 4 << 20 });
    const target = new MemoryVolume(GiB);
    let left = 5;
    fake.trick = (request, response) => (request.headers.range && left-- <= 0 ? say(response, 403, 'NO', 'no') : false);
    const options = { remote: fake.remote(), commit: id, from: undefined, target, session };
    assert.is((await thrown<DvmError>(() => fetchCommit(options))).code, 'registry-denied');
    fake.trick = () => false;
    const there = target.blocks.size;
    assert.ok(there > 0 && there < 6000, `${there} blocks came through`);
    target.written = 0;
    await fetchCommit({ ...options, resume: true });
    assert.is(target.written / 4096, 6000 - there);
    assert.is(target.differsFrom(volume), undefined);
  }));

test('progress begins, grows and ends at all of it', () =>
  withFake(async (fake) => {
    const dot = new MemoryDot();
    const volume = new MemoryVolume(GiB);
    for (let i = 0; i < 2; i++) {
      scribble(volume, new Random(i + 1), 40);
      dot.commit(volume);
    }
    const told: DotProgress[] = [];
    const onProgress = (p: DotProgress) => void told.push(p);
    const id = idOf(1);
    await pushed(fake, dot, id, { onProgress });
    for (const [phases, total] of [
      [['calculating', 'pushing', 'finished'], 2],
      [['pulling', 'finished'], 1],
    ] as const) {
      assert.equal([...new Set(told.map((p) => p.phase))], phases);
      const last = told.at(-1);
      assert.equal([last?.index, last?.total, last?.sent], [total, total, last?.size]);
      assert.ok(told.every((p, i) => p.sent <= p.size && p.sent >= (told[i - 1]?.sent ?? 0)));
      told.length = 0;
      if (total === 2) await pulled(fake, id, GiB, { onProgress });
    }
  }));

test('what a registry has is listed and described', () =>
  withFake(async (fake) => {
    const dot = new MemoryDot();
    assert.equal(await listRemote(fake.remote()), { branches: [], commits: [] });
    assert.is(await remoteBranch(fake.remote(), 'master'), undefined);
    const volume = new MemoryVolume(GiB);
    const [a, b] = [dot.commit(volume), dot.commit(volume)];
    await pushed(fake, dot, b);
    await pushed(fake, dot, a, { branch: 'c-old' });
    assert.equal(await listRemote(fake.remote()), { branches: ['c-old', 'master'], commits: [a, b] });
    const found = await remoteBranch(fake.remote(), 'master');
    assert.equal(found?.record, dot.commits[1]);
    assert.equal([found?.ancestors, found?.size, found?.fs], [[a], GiB, volume.fs]);
    assert.equal((await remoteCommit(fake.remote(), a)).record, dot.commits[0]);
    assert.is((await thrown<DvmError>(() => remoteCommit(fake.remote(), idOf(77)))).code, 'no-remote-commit');
  }));

test.run();
