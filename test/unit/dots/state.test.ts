import { dotsOf } from '#dots/state/dots-of.js';
import { commitsOf, currentBranch, findCommit, findDot, findNamed } from '#dots/state/find.js';
import { historyOf, reachable } from '#dots/state/history.js';
import { dotWord, parseDot } from '#dots/state/words.js';
import { assert, suite } from '#test/support/check.js';
import { fails } from '../metadata/fixtures.js';
import { branch, commit, id, metadataWith, of, stateWith } from './fixtures.js';

const test = suite('dots of a group');

/** a ─ b ─ c on master, b ─ e on fix, z of a fork that was made of b. */
const shop = stateWith({
  [id('x')]: branch('f', 'fix', { head: id('e'), current: true }),
  [id('y')]: branch('m', 'master', { head: id('c') }),
  [id('a')]: commit(undefined),
  [id('b')]: commit('a'),
  [id('c')]: commit('b'),
  [id('e')]: commit('b'),
  [id('w')]: { role: 'work', branch: id('n'), name: 'pulled', dot: id('d'), target: id('q') },
  [id('v')]: branch('o', 'master', { dot: id('k'), head: id('b'), of: { ...of, name: 'fork', namespace: 'ann' } }),
  [id('u')]: commit(undefined, { dot: id('d') }),
});

test('dots, branches (master first), commits and works come from annotations alone', () => {
  assert.equal(
    shop.dots.map((d) => [dotWord(d), ...d.branches.map((b) => b.name)]),
    [
      ['shop', 'master', 'fix'],
      ['ann/fork', 'master'],
    ],
  );
  assert.is(shop.dots[0]?.branches[0]?.volume.size, 4 << 20);
  assert.equal([shop.commits.size, shop.works.length], [5, 1]);
  assert.is(currentBranch(findDot(shop, of)).name, 'fix');
  assert.is(currentBranch(findDot(shop, { namespace: 'ann', name: 'fork' })).name, 'master');
});

test('what is no thin volume any more is none; what cannot be read is said', async () => {
  const metadata = metadataWith({ [id('y')]: branch('m', 'master') });
  const lv = metadata.lvs[id('y')];
  const linear = { start: 0, count: 1, type: 'linear' as const, areas: [] };
  assert.equal(dotsOf({ ...metadata, lvs: { y: { name: 'y', ...lv, segments: [linear] } } }).dots.length, 0);
  for (const [text, why] of [
    ['{', /is not JSON/],
    ['{"role":"tag"}', /none that this version knows/],
  ] as const) {
    const broken = { ...metadata, lvs: { [id('y')]: { ...lv, name: 'y', segments: [], annotations: { dot: text } } } };
    await fails(() => dotsOf(broken), 'bad-annotation', 65, why);
  }
});

test('history goes through parents, over what is missing no further, and in no circle', () => {
  const ids = (head: string) => historyOf(shop, id(head)).map((c) => c.id[0]);
  assert.equal([ids('c'), ids('e'), ids('q')], [['c', 'b', 'a'], ['e', 'b', 'a'], []]);
  assert.equal(historyOf(stateWith({ [id('a')]: commit('b'), [id('b')]: commit('a') }), id('a')).length, 2);
  assert.equal([...reachable(shop)].map((c) => c[0]).sort(), ['a', 'b', 'c', 'e']);
});

test('commits by id, by its beginning, by their distance from the head', async () => {
  const { dot, branch: m } = findNamed(shop, of);
  const found = (text: string) => findCommit(shop, dot, m, text).id[0];
  assert.equal([found(id('a')), found('bb'), found('HEAD'), found('HEAD^^')], ['a', 'b', 'c', 'a']);
  for (const text of ['', 'zz', 'HEAD^^^']) await fails(() => found(text), 'no-commit', 80);
  assert.equal(
    commitsOf(shop, findDot(shop, { namespace: 'ann', name: 'fork' })).map((c) => c.id[0]),
    ['a', 'b'],
  );
  const twins = stateWith({ [id('m')]: branch('m', 'master'), [`aa${id('b').slice(2)}`]: commit(undefined), [id('a')]: commit(undefined) }); // biome-ignore format: one line
  const named = findNamed(twins, of);
  await fails(() => findCommit(twins, named.dot, named.branch, 'aa'), 'ambiguous-commit', 64, /begins 2 commits/);
  assert.is(findCommit(twins, named.dot, named.branch, id('a')).id, id('a'));
});

test('what is not there is refused in words', async () => {
  await fails(() => findDot(shop, { namespace: 'ann', name: 'shop' }), 'no-dot', 80, /"ann\/shop" does not exist/);
  const e = await fails(() => findNamed(shop, { ...of, branch: 'x' }), 'no-branch', 80);
  assert.is(e.hint, 'it has master, fix');
});

test('words for a dot', async () => {
  assert.equal(parseDot('shop'), { namespace: 'admin', name: 'shop' });
  assert.equal(parseDot('a/b@c.d'), { namespace: 'a', name: 'b', branch: 'c', subdot: 'd' });
  assert.equal(parseDot('b.__root__').subdot, '__root__');
  assert.equal([dotWord(parseDot('a/b@c')), dotWord(parseDot('admin/b'))], ['a/b@c', 'b']);
  for (const bad of ['', '/', 'a/', 'a/b/c', 'a b', 'a@', 'a@b@c', 'ä', 'x'.repeat(65), 'a.', 'a._x', 'a.b.c', '../a'])
    await fails(() => parseDot(bad), 'bad-dot-name', 64);
});

test.run();
