import type { Opener } from '#blockdev/openers.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { outwaitUdev } from '#tm/in-use.js';
import { type DvmError, fail } from '#tool/errors.js';

const test = suite('devices in use');

const udev: Opener = { text: 'open in "(udev-worker)" (7)', passing: true };
const fio: Opener = { text: 'open in "fio" (8)', passing: false };
const inUse = { dev: '253:1', uses: [] as string[], heldBy: [] as string[] };
const refusal = (details: unknown) =>
  fail('inUse', 'device-in-use', 'device "vg-a" is in use: open count 1', { hint: 'stop what uses it', details });

/** A plan that is refused so often; how often it was made, and what came of it. */
async function planned(refusals: number, details: unknown, openers: Opener[]) {
  let made = 0;
  const plan = async () => {
    if (made++ < refusals) throw refusal(details);
    return 'a plan';
  };
  const result = await outwaitUdev(
    plan,
    () => openers,
    async () => {},
  ).catch((e: DvmError) => e);
  return { made, result };
}

test('what udev looks at, or nobody known, is waited for', async () => {
  assert.equal(await planned(2, [inUse], [udev]), { made: 3, result: 'a plan' });
  assert.equal(await planned(1, [inUse], []), { made: 2, result: 'a plan' });
});

test('others are named at once', async () => {
  const { made, result } = await planned(1, [inUse], [udev, fio]);
  assert.is(made, 1);
  const e = result as DvmError;
  assert.equal([e.exit, e.code, e.hint], ['inUse', 'device-in-use', 'stop what uses it']);
  assert.is(e.message, 'device "vg-a" is in use: open count 1, open in "(udev-worker)" (7), open in "fio" (8)');
  assert.equal(e.details, [{ ...inUse, openers: [udev.text, fio.text] }]);
  assert.is((await planned(1, [inUse, { ...inUse, uses: ['mounted on /srv'] }], [])).made, 1);
  assert.is((await planned(1, [{ ...inUse, heldBy: ['crypt'] }], [])).made, 1);
});

test('no longer than fifty times', async () => {
  const { made, result } = await planned(Number.POSITIVE_INFINITY, [inUse], [udev]);
  assert.is(made, 51);
  assert.match((result as DvmError).message, /udev-worker/);
});

test('other refusals, and details of another kind, are passed on', async () => {
  for (const details of [undefined, 'text', [null], [{ dev: 1 }]]) assert.is((await planned(1, details, [])).made, 1);
  const other = fail('io', 'other', 'something else');
  assert.is(await thrown(() => outwaitUdev(() => Promise.reject(other))), other);
});

test.run();
