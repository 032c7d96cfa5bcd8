import { plan } from '#dm/planner/plan.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { current, desired } from '#test/support/plan-text.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('what the planner refuses');
const none = current({});

const refusal = (...args: Parameters<typeof plan>) => thrown<DvmError>(() => plan(...args));

test('refuses to remove what is in use, and says by what', async () => {
  const from = current({
    a: ['1', 1, ['8 zero'], { openCount: 2 }],
    b: ['2', 2, ['8 zero'], { openCount: 1 }],
    other: ['=LVM-x', 3, ['8 linear 253:1 0']],
  });
  const e = await refusal(from, desired({}));
  assert.is(e.exit, 'inUse');
  assert.is(e.message, 'device "a" is in use: open count 2, used by "other" (and 1 more)');
  assert.equal(e.details, [
    { name: 'a', uuid: 'DVM-g-1', dev: '253:1', openCount: 2, heldBy: ['other'] },
    { name: 'b', uuid: 'DVM-g-2', dev: '253:2', openCount: 1, heldBy: [] },
  ]);
  const kept = current({ v: ['a', 2, ['8 linear 253:1 0']], l: ['a-l', 1, ['8 zero'], { openCount: 1 }] });
  assert.is((await refusal(kept, desired({ v: ['a', ['8 linear 253:1 0']] }))).code, 'unknown-device');
});

test('refuses names of others, devices outside the scope, names used twice, tables that stand on themselves or on nothing', async () => {
  const others = current({ a: ['=CRYPT-x', 1, ['8 zero']], near: ['=DVM-g2-1', 2, ['8 zero']] });
  const taken = await refusal(others, desired({ a: ['1', ['8 zero']] }));
  assert.is(taken.exit, 'exists');
  assert.is(taken.message, 'name "a" belongs to a device of another owner, uuid "CRYPT-x"');
  assert.is((await refusal(others, desired({ near: ['1', ['8 zero']] }))).code, 'name-taken');
  const outside = await refusal(none, desired({ a: ['=DVM-g2-1', ['8 zero']] }));
  assert.is(outside.message, 'device "a" has uuid "DVM-g2-1", which is outside the scope "DVM-g"');
  const twice = { ...desired({ a: ['1', ['8 zero']] }).devices, ...desired({ a: ['2', ['8 zero']] }).devices };
  const doubled = await refusal(none, { ...desired({}), devices: twice });
  assert.is(doubled.message, 'name "a" is wanted by two devices');
  const circle = await refusal(none, desired({ a: ['1', ['8 linear @b 0']], b: ['2', ['8 linear @a 0']] }));
  assert.match(circle.message, /^table of "[ab]" stands on itself$/);
  const nothing = await refusal(none, desired({ a: ['1', ['8 linear @b 0']] }));
  assert.is(nothing.message, 'table of "a" uses "@b", which is to be removed or not there');
});

test.run();
