import { changeFrom, freshBlocks } from '#replicator/content/change.js';
import { commonPrefix, commonSuffix } from '#replicator/content/common.js';
import { MAX_PAGE, MIN_PAGE } from '#replicator/content/cut.js';
import { cutPages } from '#replicator/content/pages.js';
import { buildTree, levelsOf, treeHash } from '#replicator/content/tree.js';
import { HASH, hashPage, TABLE_ENTRIES } from '#replicator/format/table.js';
import { assert, suite } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import { Volumes } from './support.js';

const test = suite('pages and trees');

/** Contents of every unpleasant kind. */
function contents(random: Random): Record<string, Buffer> {
  const text = (s: string) => Buffer.from(s);
  return {
    empty: Buffer.alloc(0),
    'one byte': text('x'),
    'one page': Buffer.alloc(MAX_PAGE, 'a'),
    'one byte more than a page': Buffer.alloc(MAX_PAGE + 1, 'a'),
    'all zero': Buffer.alloc(50_000),
    'random bytes': random.bytes(60_000),
    'no newline': text('{"a":1,"b":[2,3]},'.repeat(5000)),
    'nothing but newlines': Buffer.alloc(40_000, '\n'),
    'equal lines': text('the same line again and again\n'.repeat(4000)),
    'lines as long as pages': text(`${'x'.repeat(MAX_PAGE - 1)}\n`.repeat(20)),
    'lines longer than pages': text(`${random.hex(4000)}\n`.repeat(12)),
    'a group': new Volumes(500, random).content(),
  };
}

test('pages give the content back, none is too long, only the last may be short', () => {
  for (const [name, content] of Object.entries(contents(new Random(1)))) {
    const pages = cutPages(content);
    let at = 0;
    for (const [i, length] of pages.lengths.entries()) {
      assert.ok(length <= MAX_PAGE && (length >= MIN_PAGE || i === pages.lengths.length - 1), `${name}: page of ${length}`);
      assert.equal(pages.hashes.subarray(i * HASH, (i + 1) * HASH), hashPage(content.subarray(at, at + length)), name);
      at += length;
    }
    assert.is(at, content.length, name);
  }
});

test('cutting what changed only gives the same pages as cutting all', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const [name, content] = random.pick(Object.entries(contents(random)));
    const at = random.below(content.length + 1);
    const insert = random.chance(0.3)
      ? Buffer.alloc(0)
      : random.chance(0.5)
        ? random.bytes(random.below(6000))
        : Buffer.from('one line\n');
    const next = Buffer.concat([
      content.subarray(0, at),
      insert,
      content.subarray(Math.min(content.length, at + random.below(5000))),
    ]);
    const quick = cutPages(next, { content, pages: cutPages(content) });
    const whole = cutPages(next);
    assert.equal([...quick.lengths], [...whole.lengths], `seed ${seed}, ${name}`);
    assert.ok(quick.hashes.equals(whole.hashes), `seed ${seed}, ${name}`);
  }
});

test('a line inserted into any content but a constant one changes few pages', () => {
  const line = Buffer.from('"a new line": {"of":"text"}\n');
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    for (const [name, content] of Object.entries(contents(random))) {
      const at = random.below(content.length + 1);
      const next = Buffer.concat([content.subarray(0, at), line, content.subarray(at)]);
      const old = buildTree(cutPages(content));
      const change = changeFrom(levelsOf(old), buildTree(cutPages(next)), next);
      assert.ok((change.levels[0]?.fresh.length ?? 0) <= 12, `seed ${seed}, ${name}: ${change.levels[0]?.fresh.length} pages`);
    }
  }
});

test('one of 30,000 volumes: 1.3 pages on average, pages filled by more than 60 %', () => {
  const random = new Random(3);
  const group = new Volumes(30_000, random);
  const content = group.content();
  const pages = cutPages(content);
  assert.ok(content.length / pages.lengths.length > 2500, `${content.length / pages.lengths.length} bytes a page`);
  let fresh = 0;
  const edits = 60;
  for (let i = 0; i < edits; i++) {
    const at = content.indexOf('\n', random.below(content.length - 1000)) + 1;
    const line = Buffer.from(`"${random.hex(10)}":{"name":"new${i}"},\n`);
    const next = Buffer.concat([content.subarray(0, at), line, content.subarray(at)]);
    const tree = buildTree(cutPages(next, { content, pages }));
    fresh += changeFrom([pages], tree, next).levels[0]?.fresh.length ?? 0;
  }
  assert.ok(fresh / edits < 1.6, `${fresh / edits} pages an edit`);
});

test('the hash of a tree depends on the content alone', () => {
  const random = new Random(9);
  const group = new Volumes(400, random);
  const a = group.content();
  group.add();
  const b = group.content();
  const viaOther = cutPages(a, { content: b, pages: cutPages(b) });
  assert.is(treeHash(buildTree(viaOther)), treeHash(buildTree(cutPages(a))));
  assert.is.not(treeHash(buildTree(cutPages(b))), treeHash(buildTree(cutPages(a))));
});

test('tables hold at most what fits, and equal pages are written once', () => {
  const content = Buffer.alloc(40 * 1024 * 1024);
  const tree = buildTree(cutPages(content));
  assert.is(tree.tables.length, 3);
  for (const { starts } of tree.tables)
    for (let i = 1; i < starts.length; i++) assert.ok((starts[i] as number) - (starts[i - 1] as number) <= TABLE_ENTRIES);
  assert.is(freshBlocks(changeFrom([], tree, content)), 1 + 2 + 2 + 1, 'a page, a full and a last table a level, the root');
});

test('common ends', () => {
  const random = new Random(4);
  for (let i = 0; i < 200; i++) {
    const a = random.bytes(random.below(200_000));
    const b = Buffer.from(a.subarray(0, random.below(a.length + 1)));
    const changed = random.below(b.length + 1);
    if (changed < b.length) b[changed] = (b[changed] as number) ^ 1;
    assert.is(commonPrefix(a, b), Math.min(changed, b.length));
    const tail = Buffer.concat([random.bytes(3), a.subarray(a.length - Math.min(changed, a.length))]);
    const most = Math.min(a.length, tail.length);
    let expected = 0;
    while (expected < most && a[a.length - 1 - expected] === tail[tail.length - 1 - expected]) expected++;
    assert.is(commonSuffix(a, tail, most), expected);
  }
});

test.run();
