import { bringUp } from '#dvm/boot/bring-up.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { type DvmError, fail } from '#tool/errors.js';

/** Which volumes come up when some refuse. */
const test = suite('bring up');

const letters = [...'abcdefgh'];

/** Volumes of a group of which some fail, each with its own code; how often it was tried. */
async function tried(bad: Record<string, DvmError>, names: readonly string[] = letters) {
  const up: string[] = [];
  let tries = 0;
  const skipped = await bringUp(names, async (wanted) => {
    tries++;
    const found = wanted.find((n) => bad[n]);
    if (found !== undefined) throw bad[found];
    up.push(...wanted);
  });
  return { up: up.sort(), tries, skipped };
}

const refused = (name: string) => fail('kernel', 'check-failed', `"${name}" was refused`);

test('all at once where nothing is wrong, and not at all where nothing is wanted', async () => {
  assert.equal(await tried({}), { up: letters, tries: 1, skipped: [] });
  assert.equal(await tried({}, []), { up: [], tries: 0, skipped: [] });
});

test('one that refuses keeps none of the others down', async () => {
  const { up, skipped } = await tried({ c: refused('c'), h: refused('h') });
  assert.equal(up, [...'abdefg']);
  assert.equal(skipped, [
    { volume: 'c', code: 'check-failed', message: '"c" was refused' },
    { volume: 'h', code: 'check-failed', message: '"h" was refused' },
  ]);
});

test('those that a missing device is named for are left out at once', async () => {
  const details = [
    { pv: 'x', lastPath: '/dev/x', volumes: ['a', 'b'] },
    { pv: 'y', lastPath: null, volumes: ['b', 'g'] },
  ];
  const missing = fail('outOfSync', 'missing-device', 'PV "x" is missing', { details });
  const { up, tries, skipped } = await tried({ a: missing, b: missing, g: missing });
  assert.equal(up, [...'cdefh']);
  assert.is(tries, 2);
  assert.equal(
    skipped.map((s) => s.message),
    ['PV "x", last at "/dev/x", is missing', 'PV "x", last at "/dev/x", is missing', 'PV "y" is missing'],
  );
});

test('what is no fault of a volume ends it', async () => {
  for (const e of [
    fail('busy', 'busy', 'group "vg" is locked'),
    fail('unavailable', 'no-device-mapper', 'it is not there'),
    fail('outOfSync', 'stale-devices', 'device "/dev/x" is another'),
  ])
    assert.is(await thrown(() => tried({ a: e })), e);
});

test.run();
