import { type Action, decide, isNews, keyOf, type Memory, remember } from '#dvm/watch/decide.js';
import type { Fact } from '#dvm/watch/facts.js';
import { policyOf } from '#dvm/watch/policy.js';
import { assert, suite } from '#test/support/check.js';

/** What dvm watch decides, case by case. */
const test = suite('watch decides');

const of = { group: 'g', volume: 'v', name: 'vg-v' };
const none: Memory = new Map();
const standard = policyOf({});
const used = (what: 'data' | 'metadata' | 'snapshot', percent: number, lowWater = 20): Fact => ({
  ...of,
  ...{ what, used: percent, total: 100, size: 1000, lowWater },
});
const raid = (health: string): Fact => ({ ...of, what: 'raid', health });

/** What is done, and how much is added. */
const short = (actions: Action[]): string[] => actions.map((a) => [a.do, a.add].filter((x) => x !== undefined).join(' '));

const cases: [why: string, facts: Fact[], config: Parameters<typeof policyOf>[0], done: string[]][] = [
  ['below the threshold', [used('data', 79)], {}, []],
  ['the kernel is to tell when the threshold is reached', [used('data', 10, 0)], {}, ['low-water']],
  ['and of another threshold', [used('data', 10)], { thinPool: { threshold: 50 } }, ['low-water']],
  ['of what is rounded nothing is made', [used('data', 10, 18)], {}, []],
  ['nor of pools that are never extended', [used('data', 10, 0)], { thinPool: { threshold: 100 } }, []],
  ['at the threshold', [used('data', 80)], {}, ['extend 200']],
  ['full', [used('data', 100)], {}, ['extend 200']],
  ['as much as the config says', [used('data', 50)], { thinPool: { threshold: 50, percent: 33 } }, ['extend 330']],
  ['never, at 100', [used('data', 100)], { thinPool: { threshold: 100 } }, []],
  ['the metadata', [used('metadata', 90)], {}, ['extend-metadata 200']],
  ['one thing a volume at once', [used('data', 90), used('metadata', 90)], {}, ['extend 200']],
  ['each volume by itself', [used('data', 90), { ...used('data', 85), volume: 'w' }], {}, ['extend 200', 'extend 200']],
  [
    'a snapshot by its own policy',
    [used('snapshot', 60)],
    { snapshot: { threshold: 60, percent: 100 } },
    ['extend-snapshot 1000'],
  ],
  ['a failed image: the kernel first', [raid('AD')], {}, ['revive']],
  ['another device at once, if the config says so', [raid('AD')], { raid: { revive: false } }, ['replace']],
  ['an image that is not there cannot be revived', [raid('A-')], {}, ['replace']],
  ['nothing, if the config says so', [raid('AD')], { raid: { revive: false, replace: false } }, []],
  ['what the kernel has finished', [{ ...of, what: 'finished', work: 'merge' }], {}, ['finish']],
  ['what only people can mend is told', [{ ...of, what: 'broken', message: 'it is broken' }], {}, ['tell']],
];

for (const [why, facts, config, done] of cases)
  test(why, () => assert.equal(short(decide(policyOf(config), facts, none, 0)), done));

test('what was tried in vain is tried again later and later, and told once for each reason', () => {
  const [action] = decide(standard, [used('data', 90)], none, 0) as [Action];
  let memory = none;
  let now = 0;
  const waits: number[] = [];
  for (let tries = 0; tries < 9; tries++) {
    assert.is(isNews(memory, action, 'no-space'), tries === 0);
    memory = remember(memory, action, 'no-space', now);
    const { until } = memory.get(keyOf(action)) ?? { until: Number.NaN };
    assert.equal(decide(standard, [used('data', 90)], memory, until - 1), []);
    assert.equal(short(decide(standard, [used('data', 90)], memory, until)), ['extend 200']);
    waits.push((until - now) / 60_000);
    now = until;
  }
  assert.equal(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.is(isNews(memory, action, 'busy'), true);
  assert.is(remember(memory, action, 'busy', now).get(keyOf(action))?.until, now + 60_000);
});

test('an extension may follow another at once', () => {
  const [action] = decide(standard, [used('data', 90)], none, 0) as [Action];
  assert.equal(short(decide(standard, [used('data', 95)], remember(none, action, undefined, 5), 5)), ['extend 200']);
});

test('a device that fails again after it was taken in is replaced', () => {
  const [revive] = decide(standard, [raid('AD')], none, 0) as [Action];
  const memory = remember(none, revive, undefined, 0);
  assert.equal(short(decide(standard, [raid('AD')], memory, 1)), ['replace']);
  assert.equal(short(decide(standard, [raid('AD')], memory, 3_600_000)), ['revive']);
});

test('while one thing waits to be tried again, another may be done', () => {
  const [extend] = decide(standard, [used('data', 90)], none, 0) as [Action];
  const memory = remember(none, extend, 'no-space', 0);
  assert.equal(short(decide(standard, [used('data', 90), used('metadata', 95)], memory, 1)), ['extend-metadata 200']);
});

test.run();
