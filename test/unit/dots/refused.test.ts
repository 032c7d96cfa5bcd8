import { fetchCommit } from '#dots/transfer/fetch.js';
import { type PushOptions, push } from '#dots/transfer/push.js';
import { remoteBranch } from '#dots/transfer/remote-branch.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { idOf, MemoryDot, MemoryVolume } from '#test/support/dot-volumes.js';
import { type FakeRegistry, withFake } from '#test/support/fake-registry.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dots: pushes and pulls that are refused, and packs written anew');
const GiB = 2 ** 30;
const session = { pause: async () => {} };

const pushing = (fake: FakeRegistry, source: MemoryDot, head: string, more: Partial<PushOptions> = {}) =>
  push({ source, branch: 'master', head, remote: fake.remote(), session, ...more });
const refused = (body: () => Promise<unknown>) => thrown<DvmError>(body);

/** A dot with so many commits of one block each; their ids begin at `first`. */
function dotWith(count: number, first = 0): MemoryDot {
  const dot = new MemoryDot();
  const volume = new MemoryVolume(GiB);
  for (let i = 0; i < count; i++) {
    volume.set(i, Buffer.alloc(4096, i + 1));
    dot.commit(volume, dot.commits.at(-1)?.id, idOf(first + i));
  }
  return dot;
}

test('the registry is ahead, has diverged, or is about something else', () =>
  withFake(async (fake) => {
    const dot = dotWith(4);
    await pushing(fake, dot, idOf(2));
    const behind = await refused(() => pushing(fake, dot, idOf(1)));
    assert.equal([behind.code, behind.exit], ['remote-ahead', 'outOfSync']);
    assert.match(behind.message, /^branch "master" of "127.0.0.1:\d+\/team\/dot" is ahead by 1 commit$/);
    const volume = new MemoryVolume(GiB);
    dot.commit(volume, idOf(0), idOf(20));
    const diverged = await refused(() => pushing(fake, dot, dot.commit(volume, idOf(20), idOf(21))));
    assert.is(diverged.code, 'diverged');
    assert.match(diverged.message, /since commit "a{20}" it has 2 commits, here are 2 commits$/);
    assert.is((await refused(() => pushing(fake, dotWith(2, 50), idOf(51)))).code, 'unrelated');
    assert.is((await remoteBranch(fake.remote(), 'master'))?.record.id, idOf(2), 'it stays where it was');
    assert.is((await pushing(fake, dot, idOf(21), { branch: 'other' })).commits.length, 2, 'as another branch all is well');
    assert.equal((await pushing(fake, dot, idOf(3))).commits, [idOf(3)]);
  }));

test('commits that are not here', () =>
  withFake(async (fake) => {
    assert.is((await refused(() => pushing(fake, dotWith(1), idOf(9)))).code, 'no-commit');
    const dot = dotWith(3);
    dot.commits.shift();
    assert.is((await refused(() => pushing(fake, dot, idOf(2)))).code, 'parent-not-here');
  }));

test('a branch that somebody moves meanwhile is not moved back', () =>
  withFake(async (fake) => {
    const dot = dotWith(3);
    await pushing(fake, dot, idOf(0));
    const onProgress = (p: { phase: string }): void => {
      const other = fake.manifests.get(`c-${idOf(1)}`);
      if (p.phase === 'finished' && other) fake.manifests.set('master', other);
    };
    const error = await refused(() => pushing(fake, dot, idOf(2), { onProgress }));
    assert.equal([error.code, error.exit], ['branch-moved', 'busy']);
    assert.equal((await pushing(fake, dot, idOf(2))).moved, true);
  }));

/** A dot of one commit in a registry, and what its packs hold now. */
async function damaged(fake: FakeRegistry, change: (name: string, blob: Buffer) => Buffer) {
  const dot = new MemoryDot();
  const volume = new MemoryVolume(GiB);
  for (let i = 0; i < 100; i++) volume.set(i, new Random(i).bytes(4096));
  const commit = dot.commit(volume);
  await pushing(fake, dot, commit);
  for (const [name, blob] of fake.blobs) fake.blobs.set(name, change(name, blob));
  const target = new MemoryVolume(GiB);
  const error = await refused(() => fetchCommit({ remote: fake.remote(), commit, from: undefined, target, session }));
  return { error, target };
}

test('a pack that is not what it was: nothing wrong is written', () =>
  withFake(async (fake) => {
    const { error, target } = await damaged(fake, (_, blob) => {
      const copy = Buffer.from(blob);
      if (copy.length > 100_000) copy[70_000] = (copy[70_000] as number) ^ 1;
      return copy;
    });
    assert.ok(['wrong-digest', 'bad-frame'].includes(error.code), error.code);
    for (const [block, data] of target.blocks) assert.ok(new Random(block).bytes(4096).equals(data));
    assert.is(target.flushed, 0);
  }));

test('an index that is not what it was', () =>
  withFake(async (fake) => {
    const { error, target } = await damaged(fake, (_, blob) => (blob.length < 100_000 ? Buffer.from(`${blob}x`) : blob));
    assert.equal([error.code, target.written], ['too-long', 0]);
  }));

test('a volume that is too small; a tag of another commit', () =>
  withFake(async (fake) => {
    const dot = dotWith(2);
    await pushing(fake, dot, idOf(1));
    const fetching = (commit: string, size: number) =>
      refused(() => fetchCommit({ remote: fake.remote(), commit, from: undefined, target: new MemoryVolume(size), session }));
    assert.is((await fetching(idOf(1), GiB - 4096)).code, 'target-too-small');
    fake.manifests.set(`c-${idOf(0)}`, fake.manifests.get(`c-${idOf(1)}`) as Buffer);
    assert.is((await fetching(idOf(0), GiB)).code, 'wrong-commit');
  }));

test('what is left of a pack that is hardly used is written anew, and the pack let go', () =>
  withFake(async (fake) => {
    const dot = new MemoryDot();
    const random = new Random(1);
    const volume = new MemoryVolume(GiB);
    for (let i = 0; i < 500; i++) volume.set(i, random.bytes(4096));
    dot.commit(volume);
    for (let i = 0; i < 480; i++) volume.set(i, random.bytes(4096));
    dot.commit(volume);
    volume.set(490, random.bytes(4096));
    const last = dot.commit(volume);
    await pushing(fake, dot, last);
    const packs = (id: string): number => {
      const { layers } = JSON.parse(String(fake.manifests.get(`c-${id}`)));
      return layers.filter((l: { mediaType: string }) => l.mediaType.includes('pack')).length;
    };
    assert.equal([packs(idOf(0)), packs(idOf(1)), packs(idOf(2))], [1, 2, 2]);
    const used = JSON.parse(String(fake.manifests.get(`c-${last}`)));
    const first = JSON.parse(String(fake.manifests.get(`c-${idOf(0)}`)));
    const digests = (m: { layers: { digest: string }[] }) => m.layers.map((l) => l.digest);
    assert.ok(!digests(used).includes(digests(first)[1] ?? ''), 'the first pack is no layer any more');
    const target = new MemoryVolume(GiB);
    await fetchCommit({ remote: fake.remote(), commit: last, from: undefined, target, session });
    assert.is(target.differsFrom(volume), undefined);
  }));

test.run();
