import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';
import { parseTime } from '#tool/time.js';

const test = suite('times on the command line');

test('RFC 3339, in any zone', () => {
  assert.is(parseTime('1970-01-01T00:00:01Z'), 1000);
  assert.is(parseTime('1970-01-01T01:00:01.5+01:00'), 1500);
});

test('anything else is refused', async () => {
  for (const text of ['', 'yesterday', '2026-01-31', '2026-01-31T12:00:00', '2026-13-01T00:00:00Z', '1969-12-31T23:59:59Z'])
    assert.is((await thrown<DvmError>(() => parseTime(text))).code, 'bad-time', text);
});

test.run();
