import { assert, suite } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import { changedKeys } from '#tool/map-changes.js';

const test = suite('what differs between two maps');

const [a, b, c] = [{}, {}, {}];

test('what came, what was replaced, nothing of what went or stayed', () => {
  const before = { a, b, c };
  assert.equal(changedKeys(before, before), []);
  assert.equal(changedKeys({ a, b, c }, before), []);
  assert.equal(changedKeys({ a, b: {}, c, d: {} }, before), ['b', 'd']);
  assert.equal(changedKeys({ a, c }, before), []);
  assert.equal(changedKeys({}, before), []);
  assert.equal(changedKeys({ a }, {}), ['a']);
});

test('in another order more is named, and nothing left out', () => {
  forSeeds(2000, (seed) => {
    const random = new Random(seed);
    const of = (keys: string[]) => Object.fromEntries(keys.map((key) => [key, random.chance(0.2) ? {} : same(key)]));
    const known = new Map<string, object>();
    const same = (key: string): object => known.get(key) ?? (known.set(key, {}).get(key) as object);
    const keys = () => random.shuffle([...'abcdefgh']).slice(0, random.below(9));
    const [now, before]: Record<string, object>[] = [of(keys()), of(keys())];
    const found = changedKeys(now ?? {}, before ?? {});
    for (const key in now) if (now[key] !== before?.[key]) assert.ok(found.includes(key), key);
    assert.ok(found.every((key) => key in (now ?? {})));
  });
});

test.run();
