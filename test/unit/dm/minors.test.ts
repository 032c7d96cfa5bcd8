import { plan } from '#dm/planner/plan.js';
import { assemble } from '#dm/program/assembler.js';
import { disassemble } from '#dm/program/disassembler.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { current, desired } from '#test/support/plan-text.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('minor numbers of devices');

const creates = (...args: Parameters<typeof plan>): string[] =>
  plan(...args).phases.phase1.flatMap((i) => (i.op === 'create' ? [`${i.id.name} ${i.minor ?? '-'}`] : []));

test('devices with a number of their own are made before the others, which get what is free', () => {
  const wanted = desired({ a: ['1', ['8 zero']], b: ['2', ['8 linear @a 0'], { minor: 0 }], c: ['3', ['8 zero'], { minor: 5 }] });
  assert.equal(creates(current({}), wanted), ['b 0', 'c 5', 'a -']);
});

test('one that waits for its pool is made with them, and loaded later', () => {
  const messages = [{ from: 0, to: 1, messages: [{ text: 'create_thin 1' }] }];
  const wanted = desired({
    pool: ['1-tpool', ['128 thin-pool 7:0 7:1 128 0 0'], { messages }],
    t: ['2', ['8 thin @pool 1'], { minor: 9 }],
  });
  const { phases } = plan(current({}), wanted);
  assert.equal(creates(current({}), wanted), ['t 9', 'pool -']);
  assert.not.ok(phases.phase2.some((i) => i.op === 'create'));
  assert.ok(phases.phase2.some((i) => i.op === 'load' && i.id.name === 't'));
});

test('a number that another device has is refused; one that is active keeps its own', async () => {
  const busy = current({ other: ['=LVM-x', 5, ['8 zero']], old: ['1', 6, ['8 zero']] });
  const wanted = desired({ a: ['2', ['8 zero'], { minor: 5 }], old: ['1', ['8 zero'], { minor: 7 }] });
  const e = await thrown<DvmError>(() => plan(busy, wanted));
  assert.is(`${e.code} ${e.exitCode}: ${e.message}`, 'minor-taken 81: minor number 5 of "a" belongs to device "other"');
  assert.equal(e.details, { minor: 5, name: 'other', uuid: 'LVM-x' });
  assert.equal(creates(busy, desired({ a: ['2', ['8 zero'], { minor: 8 }], old: ['1', ['8 zero'], { minor: 7 }] })), ['a 8']);
  const goes = await thrown<DvmError>(() => plan(busy, desired({ a: ['2', ['8 zero'], { minor: 6 }] })));
  assert.is(goes.message, 'minor number 6 of "a" belongs to device "old"');
});

test('what a killed run has left without a table gives its number up', () => {
  const left = current({ a: ['2', 5, []] });
  assert.equal(creates(left, desired({ a: ['2', ['8 zero'], { minor: 5 }] })), ['a 5']);
});

test('in the text of a program', () => {
  const { instructions } = assemble('create "a" 12\ncreate "b"\n', 'x');
  assert.equal(instructions, [
    { op: 'create', id: { name: 'a' }, minor: 12 },
    { op: 'create', id: { name: 'b' } },
  ]);
  assert.equal(assemble(disassemble(instructions), 'y').instructions, instructions);
});

test.run();
