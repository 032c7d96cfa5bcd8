import type { Opener } from '#blockdev/openers.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { type Asked, planPatiently } from '#tm/in-use.js';
import type { Copy } from '#tm/judge.js';
import { steadily } from '#tm/steadily.js';
import { type DvmError, fail } from '#tool/errors.js';

const test = suite('tm waits for what passes');

const open = (details: unknown) => fail('inUse', 'device-in-use', 'device "vg-a" is in use: open count 1', { details });
const device = { name: 'vg-a', uuid: 'u', dev: '254:0', openCount: 1, heldBy: [] };
const udev: Opener = { text: 'open in "blkid" (7)', passing: true };
const fio: Opener = { text: 'open in "fio" (8)', passing: false };
const asked = (held: boolean, openers: Opener[] = []): Asked => ({
  uses: () => new Map([['254:0', ['mounted on /srv']]]),
  openers: () => openers,
  held: () => held,
  pauses: [1, 1],
});

/** A step that fails so often before it works, and how often it was tried. */
function failing(times: number, error: () => Error) {
  const tries = { count: 0 };
  const work = async (): Promise<string> => {
    if (++tries.count <= times) throw error();
    return 'done';
  };
  return { tries, work };
}

test('a device that is open for a moment does not stop a plan', async () => {
  const { tries, work } = failing(2, () => open([device]));
  assert.is(await planPatiently(work, asked(false)), 'done');
  assert.is(tries.count, 3);
});

test('one that stays open does, and it is said where it is mounted', async () => {
  const { tries, work } = failing(9, () => open([device]));
  const e = await thrown<DvmError>(() => planPatiently(work, asked(false)));
  assert.equal([e.code, e.exitCode, e.message], ['device-in-use', 83, 'device "vg-a" is in use: open count 1: mounted on /srv']);
  assert.is(tries.count, 3);
});

test('udev is waited for, others that have it open are named at once', async () => {
  const passing = failing(2, () => open([device]));
  assert.is(await planPatiently(passing.work, asked(false, [udev])), 'done');
  const staying = failing(9, () => open([device]));
  const e = await thrown<DvmError>(() => planPatiently(staying.work, asked(false, [udev, fio])));
  assert.is(staying.tries.count, 1);
  const uses = ['mounted on /srv', 'open in "blkid" (7)', 'open in "fio" (8)'];
  assert.is(e.message, `device "vg-a" is in use: open count 1: ${uses.join(', ')}`);
  assert.equal(e.details, [{ ...device, uses }]);
});

test('one that is mounted or held is not waited for, nor is any other error', async () => {
  for (const [error, held] of [
    [open([device]), true],
    [open('rubbish'), false],
    [open([{ name: 'vg-a' }]), false],
    [fail('exists', 'name-taken', 'taken'), false],
  ] as const) {
    const { tries, work } = failing(9, () => error);
    await thrown(() => planPatiently(work, asked(held)));
    assert.is(tries.count, 1);
  }
});

const copy = (txn: string): Copy => ({
  ...{ pv: 'p', region: { path: '/dev/a', start: 0, length: 8 }, state: 'active', mark: false, slots: [], ancestors: [] },
  active: { txn, parent: '', hash: '' },
});

test('a reader that a writer overtakes looks again', async () => {
  let version = 0;
  const store = { copies: async () => [copy(`t${version++}`)] };
  const { tries, work } = failing(3, () => fail('outOfSync', 'out-of-sync', 'copies disagree'));
  assert.is(await steadily(store, work), 'done');
  assert.is(tries.count, 4);
});

test('copies that stand still are as wrong as they look; other errors are not looked at twice', async () => {
  const store = { copies: async () => [copy('t')] };
  for (const [error, count] of [
    [fail('outOfSync', 'out-of-sync', 'copies disagree'), 2],
    [fail('io', 'region-damaged', 'damaged'), 2],
    [fail('notFound', 'not-initialised', 'nothing there'), 1],
  ] as const) {
    const { tries, work } = failing(9, () => error);
    assert.is(await thrown(() => steadily(store, work)), error);
    assert.is(tries.count, count);
  }
});

test.run();
