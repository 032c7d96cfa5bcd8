import { parseCloneStatus } from '#dm/clone-status.js';
import { plan } from '#dm/planner/plan.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { current, desired } from '#test/support/plan-text.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('plans of clones');

const parts = { m: ['1-meta', ['8192 zero']], d: ['1-dest', ['64 zero']], s: ['9', ['64 zero']] } as const;
type Wanted = Parameters<typeof desired>[0];
const wanted = (args = '8 0 0', more = {}): Wanted => ({
  ...Object.fromEntries(Object.entries(parts).map(([name, [uuid, rows]]) => [name, [uuid, [...rows]]])),
  c: ['1', [`64 clone @m @d @s ${args}`], more],
});
const status = (features: string, core = '4 hydration_threshold 1 hydration_batch_size 1', mode = 'rw'): string =>
  `8 13/1024 8 2/8 0 ${features} ${core} ${mode}`;
const live = (text: string, more = {}) =>
  current({
    m: ['1-meta', 1, ['8192 zero'], { openCount: 1 }],
    d: ['1-dest', 2, ['64 zero'], { openCount: 1 }],
    s: ['9', 3, ['64 zero'], { openCount: 1 }],
    c: ['1', 4, ['64 clone 253:1 253:2 253:3 8 0 0'], { status: [text], ...more }],
  });
/** On the main track. */
const told = (...args: Parameters<typeof plan>): string[] => {
  const { phase2 } = plan(...args).phases;
  const end = phase2.findIndex((i) => i.op === 'exit');
  return phase2.slice(0, end).flatMap((i) => (i.op === 'message' ? [i.text] : []));
};

test('a live clone is told how to copy, where its status says otherwise', () => {
  assert.equal(told(live(status('0')), desired(wanted())), []);
  assert.equal(told(live(status('0')), desired(wanted('8 1 no_hydration 0'))), ['disable_hydration']);
  assert.equal(told(live(status('1 no_hydration')), desired(wanted())), ['enable_hydration']);
  const core = '4 hydration_threshold 1 hydration_batch_size 7';
  assert.equal(told(live(status('0', core)), desired(wanted('8 0 4 hydration_threshold 5 hydration_batch_size 2'))), [
    'hydration_threshold 5',
    'hydration_batch_size 2',
  ]);
  assert.equal(plan(live(status('0')), desired(wanted())).phases.phase2, []);
});

test('its table is never switched while it is active', async () => {
  const e = await thrown<DvmError>(() => plan(live(status('0')), desired(wanted('8 0 0', { readOnly: true }))));
  assert.is(e.message, 'device "c" is active, of type "clone": its table cannot be switched');
  assert.is(`${e.code} ${e.exitCode}`, 'clone-active 83');
  const moved: Wanted = { ...wanted(), c: ['1', ['64 linear @c-real 0']], 'c-real': ['1-real', ['64 clone @m @d @s 8 0 0']] };
  assert.is((await thrown<DvmError>(() => plan(live(status('0')), desired(moved)))).code, 'clone-active');
});

test('it gives way to what it was made on', () => {
  const { phases } = plan(live(status('0')), desired({ c: ['1', ['64 linear 7:0 0']], s: ['9', ['64 zero']] }));
  assert.ok(phases.phase2.some((i) => i.op === 'suspend' && i.id.name === 'c' && i.noFlush === undefined));
  assert.ok(phases.phase2.some((i) => i.op === 'remove' && i.id.name === 'd'));
});

test('a source by path is looked at before the clone comes up, and only then', () => {
  const byPath: Wanted = { ...wanted(), c: ['1', ['64 clone @m @d /dev/nbd0 8 0 0', '8 linear @d 64']] };
  assert.equal(plan(current({}), desired(byPath)).sources, [{ name: 'c', path: '/dev/nbd0', size: 64 }]);
  assert.is(plan(current({}), desired(wanted())).sources, undefined);
  const up = live(status('0'), { targets: [{ type: 'clone', size: 64, args: '253:1 253:2 43:0 8 0 0' }, { type: 'linear', size: 8, args: '253:2 64' }] }); // biome-ignore format: one line
  const again = plan(up, desired(byPath));
  assert.equal([again.sources, again.phases.phase1, again.phases.phase2], [undefined, [], []]);
});

test('status as the kernel gives it', () => {
  assert.equal(parseCloneStatus(status('1 no_hydration', '4 hydration_threshold 3 hydration_batch_size 5', 'ro')), {
    ...{ done: 2, busy: 0, of: 8, hydration: false, threshold: 3, batchSize: 5, mode: 'ro' },
  });
  for (const text of [undefined, '', 'Fail', 'Error']) assert.is(parseCloneStatus(text), undefined);
});

test.run();
