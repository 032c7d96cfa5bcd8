import type { Requisites } from '#states/documents/documents.js';
import { Machine } from '#states/run/machine.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { keyOf, piece, planOf } from '#test/support/state-plan.js';
import { play, type Script } from '#test/support/state-script.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('the rules of requisites at run time');

/** How `p` ends, with these requisites on others, when those end as the script says. */
function ends(requisites: Requisites, script: Script): string | undefined {
  const others = Object.keys(script).filter((name) => name !== 'p');
  return play(planOf([...others.map((name) => piece(name)), piece('p', requisites)]), script).ends.p;
}

test('require: runs unless a target failed; one that was left out is a success', () => {
  assert.is(ends({ require: ['a', 'b'] }, { a: 'ok', b: 'changed', p: 'ok' }), 'succeeded');
  assert.is(ends({ require: ['a', 'b'] }, { a: 'skipped', b: 'changed', p: 'ok' }), 'succeeded');
  assert.is(ends({ require: ['a', 'b'] }, { a: 'ok', b: 'failed' }), 'failed require b');
  assert.is(ends({ output: ['a'] }, { a: 'failed' }), 'failed output a');
});

test('failure propagates, and names who failed it', () => {
  const plan = planOf([piece('a'), piece('b', { require: ['a'] }), piece('c', { require: ['b'] })]);
  assert.equal(play(plan, { a: 'failed' }).ends, { a: 'failed', b: 'failed require a', c: 'failed require b' });
});

test('a target that onchanges left out counts as success for require, but not as run for require_any', () => {
  const left = [piece('a'), piece('b', { onchanges: ['a'] })];
  const script = { a: 'ok', p: 'ok' } as const;
  assert.is(play(planOf([...left, piece('p', { require: ['b'] })]), script).ends.p, 'succeeded');
  assert.is(play(planOf([...left, piece('p', { require_any: ['b'] })]), script).ends.p, 'failed require_any b');
});

test('require_any: one target ran and succeeded', () => {
  assert.is(ends({ require_any: ['a', 'b'] }, { a: 'failed', b: 'ok', p: 'ok' }), 'succeeded');
  assert.is(ends({ require_any: ['a', 'b'] }, { a: 'failed', b: 'failed' }), 'failed require_any a');
});

test('watch: as require; the watch action only when a target changed and the state itself did not', () => {
  assert.is(ends({ watch: ['a', 'b'] }, { a: 'ok', b: 'changed', p: 'ok' }), 'watched');
  assert.is(ends({ watch: ['a', 'b'] }, { a: 'ok', b: 'changed', p: 'changed' }), 'changed');
  assert.is(ends({ watch: ['a'] }, { a: 'ok', p: 'ok' }), 'succeeded');
  assert.is(ends({ watch: ['a', 'b'] }, { a: 'changed', b: 'failed' }), 'failed watch b');
  assert.is(ends({ watch_any: ['a', 'b'] }, { a: 'changed', b: 'failed', p: 'ok' }), 'watched');
  assert.is(ends({ watch_any: ['a', 'b'] }, { a: 'failed', b: 'failed' }), 'failed watch_any a');
});

test('onchanges: only when a target changed; a failed target fails it, of onchanges_any only when none changed', () => {
  assert.is(ends({ onchanges: ['a', 'b'] }, { a: 'ok', b: 'changed', p: 'ok' }), 'succeeded');
  assert.is(ends({ onchanges: ['a', 'b'] }, { a: 'ok', b: 'skipped' }), 'skipped onchanges a');
  assert.is(ends({ onchanges: ['a', 'b'] }, { a: 'changed', b: 'failed' }), 'failed onchanges b');
  assert.is(ends({ onchanges_any: ['a', 'b'] }, { a: 'changed', b: 'failed', p: 'ok' }), 'succeeded');
  assert.is(ends({ onchanges_any: ['a', 'b'] }, { a: 'ok', b: 'failed' }), 'failed onchanges_any b');
  assert.is(ends({ onchanges_any: ['a', 'b'] }, { a: 'ok', b: 'ok' }), 'skipped onchanges_any a');
});

test('onfail: when a target failed, onfail_all: when all did; also when it failed through its own requisites', () => {
  assert.is(ends({ onfail: ['a', 'b'] }, { a: 'ok', b: 'failed', p: 'ok' }), 'succeeded');
  assert.is(ends({ onfail_any: ['a', 'b'] }, { a: 'ok', b: 'ok' }), 'skipped onfail_any a');
  assert.is(ends({ onfail_all: ['a', 'b'] }, { a: 'failed', b: 'ok' }), 'skipped onfail_all b');
  assert.is(ends({ onfail_all: ['a', 'b'] }, { a: 'failed', b: 'failed', p: 'changed' }), 'changed');
  const through = planOf([piece('a'), piece('b', { require: ['a'] }), piece('p', { onfail: ['b'] })]);
  assert.is(play(through, { a: 'failed', p: 'ok' }).ends.p, 'succeeded');
});

test('several requisites: failed before onfail before onchanges before what changed', () => {
  const script = { a: 'failed', b: 'ok', c: 'changed', p: 'ok' } as const;
  assert.is(ends({ require: ['a'], onfail: ['b'], onchanges: ['b'] }, script), 'failed require a');
  assert.is(ends({ onfail: ['b'], onchanges: ['b'], watch: ['c'] }, script), 'skipped onfail b');
  assert.is(ends({ onfail: ['a'], onchanges: ['b'], watch: ['c'] }, script), 'skipped onchanges b');
  assert.is(ends({ onfail: ['a'], onchanges: ['c'], watch: ['c'] }, script), 'watched');
});

test('prereq: A before B, and only when B would change; A fails: B fails', () => {
  const plan = planOf([piece('b'), piece('a', { prereq: ['b'] })]);
  assert.equal(play(plan, {}), { events: ['check b', 'start a', 'start b'], ends: { a: 'changed', b: 'changed' } });
  assert.equal(play(plan, { b: 'ok' }), { events: ['check b', 'start b'], ends: { a: 'skipped prereq b', b: 'succeeded' } });
  assert.equal(play(plan, { a: 'failed' }).ends, { a: 'failed', b: 'failed prereq a' });
  assert.equal(play(plan, { b: 'failed' }).ends, { a: 'failed prereq b', b: 'failed prereq a' });
});

test('prereq: what B refers to is over when B is checked; what leaves B out leaves A out, without a check', () => {
  const plan = planOf([piece('b', { require: ['c'] }), piece('a', { prereq: ['b'] }), piece('c')]);
  assert.equal(play(plan, {}).events, ['start c', 'check b', 'start a', 'start b']);
  assert.equal(play(plan, { c: 'failed' }).ends, { c: 'failed', a: 'skipped prereq b', b: 'failed require c' });
  const idle = planOf([piece('b', { onchanges: ['c'] }), piece('a', { prereq: ['b'] }), piece('c')]);
  assert.equal(play(idle, { c: 'ok' }).events, ['start c']);
});

test('prereq of prereq: the innermost is checked first', () => {
  const plan = planOf([piece('c'), piece('b', { prereq: ['c'] }), piece('a', { prereq: ['b'] })]);
  assert.equal(play(plan, {}).events, ['check c', 'check b', 'start a', 'start b', 'start c']);
  assert.equal(play(plan, { c: 'ok' }).ends, { a: 'skipped prereq b', b: 'skipped prereq c', c: 'succeeded' });
});

test('listen: after everything, once, when a target changed; no order, and no failure of the listener itself', () => {
  const plan = planOf([piece('l', { listen: ['a', 'b'] }), piece('m', { listen: ['b'] }), piece('a'), piece('b')]);
  const { events, ends } = play(plan, { b: 'ok', l: 'ok' });
  assert.equal(events, ['start l', 'start m', 'start a', 'start b', 'watch l']);
  assert.is(ends.l, 'succeeded');
});

test('failhard: what runs ends, nothing more begins, onfail and listeners neither', () => {
  const hard = piece('a', {}, { failhard: true });
  const plan = planOf([hard, piece('b'), piece('c', { onfail: ['a'] }), piece('d', { listen: ['b'] })]);
  const { events, ends } = play(plan, { a: 'failed' }, 2);
  assert.equal(events, ['start a', 'start b']);
  assert.equal(ends, { a: 'failed', b: 'changed', c: 'not-run failhard a', d: 'not-run failhard a' });
  const listening = planOf([piece('a'), piece('l', { listen: ['a'] }, { failhard: true }), piece('m', { listen: ['a'] })]);
  assert.equal(play(listening, { l: 'failed' }, 1).events, ['start a', 'start l']);
});

test('a run that is stopped: what was not begun is not run', () => {
  const machine = new Machine(planOf([piece('a'), piece('b')]), 1);
  assert.is(machine.begin().length, 1);
  assert.equal(machine.stop(), [{ do: 'tell', key: keyOf('b'), result: 'not-run' }]);
  assert.is(machine.isOver, false);
  assert.equal(machine.done(keyOf('a'), { result: 'succeeded', changed: true, ran: true }), []);
  assert.is(machine.isOver, true);
});

test('a step of several begins as one, without those that requisites leave out', () => {
  const pieces = [piece('x'), piece('a'), piece('b', { require: ['x'] }), piece('c', { onchanges: ['x'] })];
  const { events, ends } = play(planOf(pieces, [['a', 'b', 'c']]), { x: 'ok' });
  assert.equal(events, ['start x', 'start a+b']);
  assert.is(ends.c, 'skipped onchanges x');
});

test('as many at a time as there is room for, the highest priority first, then the earlier', () => {
  const plan = planOf([piece('a'), piece('b'), piece('c'), piece('d')], [], { b: 2, c: 2, d: 1 });
  assert.equal(play(plan, {}, 1).events, ['start b', 'start c', 'start d', 'start a']);
});

test('a plan that cannot be run is refused', async () => {
  const refusal = async (plan: ReturnType<typeof planOf>) => (await thrown<DvmError>(() => new Machine(plan, 1))).message;
  const two = [piece('a', { require: ['b'] }), piece('b', { require: ['a'] })];
  assert.match(await refusal(planOf(two)), /these wait for each other: cmd.run:a:a, cmd.run:b:b$/);
  assert.match(
    await refusal(planOf([piece('a', { require: ['b'] })])),
    /"cmd.run:a:a" refers to "cmd.run:b:b", which is no piece$/,
  );
  assert.match(await refusal(planOf([piece('a')], [['a', 'a']])), /is in two steps$/);
  assert.match(await refusal({ ...planOf([piece('a')]), steps: [] }), /is in no step$/);
  assert.match(await refusal({ ...planOf([]), steps: [{ pieces: ['x'], priority: 0 }] }), /step 0 names "x", which is no piece$/);
});

test.run();
