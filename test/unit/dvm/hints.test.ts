import { withVerbs } from '#dvm/hints.js';
import { assert, suite } from '#test/support/check.js';
import { fail } from '#tool/errors.js';

const test = suite('dvm hints');
const hint = (text: string) => withVerbs(fail('outOfSync', 'x', 'x', { hint: text, details: { a: 1 } })).hint;

test('a pipeline that a verb stands for is told as the verb', () => {
  assert.is(hint('to go on: discover vg | tm recover vg --without a'), 'to go on: dvm recover vg --without a');
  assert.is(hint('see discover vg | tm history vg'), 'see dvm history vg');
  assert.is(hint('first: discover vg | tm update vg -- lv_remove a'), 'first: dvm remove vg/a');
});

test('what no verb stands for stays; so does everything else of an error', () => {
  for (const text of ['discover vg | tm init vg -- vg_create', 'discover a | tm recover b', 'discover vg | tm recover vga'])
    assert.is(hint(text), text);
  const plain = fail('io', 'io-error', 'x');
  assert.is(withVerbs(plain), plain);
  const e = withVerbs(fail('outOfSync', 'x', 'm', { hint: 'h', details: { a: 1 } }));
  assert.equal([e.exitCode, e.code, e.message, e.details], [84, 'x', 'm', { a: 1 }]);
});

test.run();
