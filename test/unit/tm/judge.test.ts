import { assert, suite } from '#test/support/check.js';
import { type Copy, inSync, judge, type Root } from '#tm/judge.js';

const test = suite('tm judge');

const root = (n: number, hash = `hash${n}`): Root => ({ txn: `t${n}`, parent: `t${n - 1}`, hash });
let serial = 0;

/** A copy at version `n`, optionally with `shadow` prepared; its history reaches back to version 1. */
function copy(n: number, shadow?: number, more: Partial<Copy> = {}): Copy {
  const pv = `pv${serial++}`;
  return {
    pv,
    region: { path: `/dev/${pv}`, start: 8, length: 8192 },
    state: shadow === undefined ? 'active' : 'prepared',
    active: root(n),
    shadow: shadow === undefined ? undefined : root(shadow),
    mark: false,
    slots: ['valid', 'valid'],
    ancestors: Array.from({ length: n - 1 }, (_, i) => `t${n - 1 - i}`),
    ...more,
  };
}

test('copies of one version are in sync', () => {
  const j = judge([copy(3), copy(3)]);
  assert.is(j.head?.txn, 't3');
  assert.ok(inSync(j));
  assert.not.ok(j.pending);
});

test('prepared everywhere and committed nowhere rolls back', () => {
  const copies = [copy(3, 4), copy(3, 4), copy(3)];
  const j = judge(copies);
  assert.is(j.head?.txn, 't3');
  assert.equal(j.toAbort, copies.slice(0, 2));
  assert.equal(j.toCommit, []);
  assert.equal(j.behind, []);
});

test('one flipped copy commits for all that are prepared', () => {
  const copies = [copy(4, undefined, { mark: true }), copy(3, 4), copy(3, 4)];
  const j = judge(copies);
  assert.is(j.head?.txn, 't4');
  assert.equal(j.toCommit, copies.slice(1));
  assert.equal(j.toAbort, []);
  assert.ok(j.pending);
  assert.not.ok(inSync(j));
});

test('a copy that was away is behind, however far', () => {
  const old = copy(2);
  const j = judge([copy(5), copy(5), old]);
  assert.is(j.head?.txn, 't5');
  assert.equal(j.behind, [old]);
});

test('a copy that came back prepared for something never committed is behind: what it has prepared is left', () => {
  const old = copy(3, undefined, { state: 'prepared', shadow: { txn: 'lost', parent: 't3', hash: 'x' } });
  const j = judge([copy(5), old]);
  assert.equal(j.toAbort, []);
  assert.equal(j.behind, [old]);
});

test('two successors of one version have diverged', () => {
  const a = copy(3, undefined, { active: { txn: 'a', parent: 't2', hash: 'a' } });
  const b = copy(3, undefined, { active: { txn: 'b', parent: 't2', hash: 'b' } });
  const j = judge([a, b, copy(3, undefined, { active: { txn: 'b', parent: 't2', hash: 'b' } })]);
  assert.is(j.head, undefined);
  assert.is(j.diverged.length, 2);
  assert.is(j.diverged[0]?.root.txn, 'b');
  assert.is(j.diverged[0]?.copies.length, 2);
});

test('one transaction id with two contents has diverged', () => {
  const j = judge([copy(3), copy(3, undefined, { active: root(3, 'other') })]);
  assert.is(j.diverged.length, 2);
});

test('blank, damaged, unreadable and empty copies need to be made anew', () => {
  const bad = (['blank', 'damaged', 'unreadable', 'empty'] as const).map((state) =>
    copy(1, undefined, { state, active: undefined }),
  );
  const j = judge([copy(2), ...bad]);
  assert.is(j.head?.txn, 't2');
  assert.equal(j.unusable, bad);
});

test('an empty copy prepared for the head rolls forward, like any other', () => {
  const fresh = copy(1, 4, { state: 'empty', active: { txn: 't0', parent: 't0', hash: '' }, ancestors: [] });
  const j = judge([copy(4), fresh]);
  assert.equal(j.toCommit, [fresh]);
  assert.equal(j.unusable, []);
});

test('no version at all: nothing is a head', () => {
  const j = judge([copy(1, undefined, { state: 'blank', active: undefined })]);
  assert.is(j.head, undefined);
  assert.equal(j.diverged, []);
  assert.not.ok(inSync(j));
});

/** The states one transaction goes through, copy by copy, as an independent description of what may follow a crash. */
function crashStates(copies: number): { states: ('old' | 'prepared' | 'new')[]; expected: 'old' | 'new' }[] {
  const out: { states: ('old' | 'prepared' | 'new')[]; expected: 'old' | 'new' }[] = [];
  for (let mask = 0; mask < 2 ** copies; mask++) {
    const some = (a: 'old' | 'prepared', b: 'prepared' | 'new') =>
      Array.from({ length: copies }, (_, i) => ((mask >> i) & 1 ? b : a));
    out.push({ states: some('old', 'prepared'), expected: 'old' });
    out.push({ states: some('prepared', 'new'), expected: mask === 0 ? 'old' : 'new' });
  }
  return out;
}

test('every crash of a transaction on up to six copies ends in one version that all can reach', () => {
  for (let n = 1; n <= 6; n++)
    for (const { states, expected } of crashStates(n)) {
      const copies = states.map((s) => (s === 'old' ? copy(7) : s === 'prepared' ? copy(7, 8) : copy(8)));
      const j = judge(copies);
      assert.is(j.head?.txn, expected === 'old' ? 't7' : 't8', states.join());
      assert.is(j.toCommit.length + j.atHead.length, n, states.join());
      assert.equal(j.behind, [], states.join());
    }
});

test.run();
