import type { Frame } from '#dots/format/extents.js';
import type { Range } from '#dots/transfer/content.js';
import { Beside, inOrder } from '#dots/transfer/in-order.js';
import { relate } from '#dots/transfer/lineage.js';
import { fetchesFor } from '#dots/transfer/plan.js';
import { cutAt, joined, totalOf, without } from '#dots/transfer/ranges.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';

const test = suite('dots: ranges, order and lineage');

function some(random: Random): Range[] {
  return Array.from({ length: random.below(8) }, () => ({ offset: random.below(60), length: random.below(12) }));
}

function bytesOf(ranges: readonly Range[]): Set<number> {
  return new Set(ranges.flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i)));
}

test('joined and without are what they are of sets', () =>
  forSeeds(500, (seed) => {
    const random = new Random(seed);
    const [a, b] = [some(random), some(random)];
    const [ja, jb] = [joined(a), joined(b)];
    assert.equal(
      [...bytesOf(ja)],
      [...bytesOf(a)].sort((x, y) => x - y),
    );
    assert.is(totalOf(ja), bytesOf(a).size);
    assert.ok(
      ja.every((r, i) => i === 0 || r.offset > (ja[i - 1]?.offset ?? 0) + (ja[i - 1]?.length ?? 0)),
      'none touch',
    );
    assert.equal(
      [...bytesOf(without(ja, jb))],
      [...bytesOf(ja)].filter((x) => !bytesOf(b).has(x)),
    );
    const cut = [...cutAt(ja, 7)];
    assert.equal([...bytesOf(cut)], [...bytesOf(ja)]);
    assert.ok(cut.every((r) => Math.floor(r.offset / 7) === Math.floor((r.offset + r.length - 1) / 7)));
  }));

test('in order, whichever is ready first; never more than the limit', async () => {
  let [now, most] = [0, 0];
  const waits = [30, 1, 20, 5, 0, 10];
  const work = async (ms: number): Promise<number> => {
    most = Math.max(most, ++now);
    await new Promise((done) => setTimeout(done, ms));
    now--;
    return ms;
  };
  const out: number[] = [];
  for await (const ms of inOrder(waits, 3, work)) out.push(ms);
  assert.equal([out, most], [waits, 3]);
});

test('what fails is thrown in its turn, and nothing is left under way', async () => {
  let running = 0;
  const work = async (n: number): Promise<number> => {
    running++;
    await new Promise((done) => setTimeout(done, 10 - n));
    running--;
    if (n === 2) throw new Error('two');
    return n;
  };
  const out: number[] = [];
  const error = await thrown(async () => {
    for await (const n of inOrder([0, 1, 2, 3, 4], 3, work)) out.push(n);
  });
  assert.equal([error.message, out, running], ['two', [0, 1], 0]);
});

test('work beside: bounded, its failure thrown by the next start or the end', async () => {
  const beside = new Beside(2);
  let [now, most] = [0, 0];
  for (let i = 0; i < 6; i++)
    await beside.start(async () => {
      most = Math.max(most, ++now);
      await new Promise((done) => setTimeout(done, 5));
      now--;
    });
  await beside.end();
  assert.equal([now, most], [0, 2]);
  await beside.start(() => Promise.reject(new Error('no')));
  assert.is((await thrown(() => beside.end())).message, 'no');
  assert.is((await thrown(() => beside.start(async () => {}))).message, 'no');
});

test('what is fetched at once is bounded, in bytes and in what comes of them', () => {
  const frame = (offset: number, length: number): Frame => ({ pack: 'p', offset, length, sha256: `${offset}`, blocks: 16 });
  const extents = (length: number, step: number) =>
    Array.from({ length: 2000 }, (_, i) => ({ block: i * 16, blocks: 16, frame: frame(i * step, length), first: 0 }));
  for (const [length, step] of [
    [20, 20],
    [60_000, 60_000],
    [20, 30_000],
    [20, 90_000],
  ] as const) {
    const fetches = fetchesFor(extents(length, step));
    assert.is(fetches.flatMap((f) => f.needs).length, 2000);
    for (const { length: bytes, needs } of fetches)
      assert.ok(bytes <= 4 << 20 && needs.length <= 256, `${bytes} ${needs.length}`);
  }
  assert.is(fetchesFor(extents(20, 90_000)).length, 2000, 'far ones are asked for apart');
  assert.is(fetchesFor(extents(20, 20)).length, 8);
});

test('how two branches are to each other', () => {
  const there = { head: 'c', ancestors: ['b', 'a'] };
  assert.equal(relate(['x'], undefined), { kind: 'new' });
  assert.equal(relate(['c', 'b', 'a'], there), { kind: 'same' });
  assert.equal(relate(['e', 'd', 'c', 'b', 'a'], there), { kind: 'ahead', by: 2 });
  assert.equal(relate(['a'], there), { kind: 'behind', by: 2 });
  assert.equal(relate(['y', 'x', 'b', 'a'], there), { kind: 'diverged', common: 'b', here: 2, there: 1 });
  assert.equal(relate(['y', 'x'], there), { kind: 'unrelated' });
});

test.run();
