import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';
import { parseSpan } from '#tool/time.js';

const test = suite('spans of time');

test('with a unit, or in seconds', () => {
  assert.equal(['30s', '30', '500ms', '2m', '1h', '0'].map(parseSpan), [30_000, 30_000, 500, 120_000, 3_600_000, 0]);
});

test('anything else is refused', async () => {
  for (const text of ['', 's', '-1s', '1.5s', '1d', '1 s', '30S', '9999999999s'])
    assert.is((await thrown<DvmError>(() => parseSpan(text))).code, 'bad-span', text);
});

test.run();
