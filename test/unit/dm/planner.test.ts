import { plan } from '#dm/planner/plan.js';
import { assemble } from '#dm/program/assembler.js';
import { disassemble } from '#dm/program/disassembler.js';
import { assert, suite } from '#test/support/check.js';
import { current, desired, programText } from '#test/support/plan-text.js';

const test = suite('planner');

function text(...[from, to]: Parameters<typeof plan>) {
  const { phases, summary } = plan(from, to);
  const [phase1, phase2, abort] = [phases.phase1, phases.phase2, phases.abort].map(programText);
  return { phase1, phase2, abort, summary: summary.map((s) => Object.values(s).join(' ')) };
}
/** The instructions of the main track that do something. */
const main = (lines: string[] | undefined) => {
  const all = (lines ?? []).map((l) => l.replace(/^\d+ /, ''));
  return all
    .slice(
      0,
      all.findIndex((l) => l.startsWith('exit')),
    )
    .filter((l) => !l.startsWith('jmp'));
};
const none = current({});

test('a new volume is made and loaded in phase 1 and comes up in phase 2', () => {
  const p = text(none, desired({ 'vg-a': ['a', ['8 linear 7:0 0'], { readOnly: true, noScan: true }] }));
  assert.equal(p, {
    phase1: [
      '0 create vg-a',
      '1 jmp-fail 7',
      '2 load vg-a [8 linear 7:0 0] readOnly',
      '3 jmp-fail 5',
      '4 exit 0',
      '5 remove vg-a',
      '6 jmp-fail 8',
      '7 exit 1',
      '8 exit 2',
    ],
    phase2: ['0 resume vg-a noScan', '1 jmp-fail 3', '2 exit 0', '3 remove vg-a', '4 exit 12'],
    abort: ['0 info vg-a', '1 jmp-fail 4', '2 remove vg-a', '3 jmp-fail 5', '4 exit 0', '5 exit 2'],
    summary: ['create vg-a'],
  });
});

test('a volume that grows is loaded in phase 1 and switched in phase 2, with a way out while it is suspended', () => {
  const p = text(current({ 'vg-a': ['a', 1, ['8 linear 7:0 0']] }), desired({ 'vg-a': ['a', ['16 linear 7:0 0']] }));
  assert.equal(p, {
    phase1: ['0 load vg-a [16 linear 7:0 0]', '1 jmp-fail 3', '2 exit 0', '3 exit 1'],
    phase2: [
      '0 suspend vg-a',
      '1 jmp-fail 5',
      '2 resume vg-a',
      '3 jmp-fail 5',
      '4 exit 0',
      '5 clear vg-a',
      '6 resume vg-a',
      '7 exit 11',
    ],
    abort: ['0 clear vg-a', '1 jmp-fail 3', '2 exit 0', '3 exit 2'],
    summary: ['reload vg-a'],
  });
});

test('independent volumes are switched one after the other, each frozen for its own switch only', () => {
  const from = current({ 'vg-a': ['a', 1, ['8 linear 7:0 0']], 'vg-b': ['b', 2, ['8 linear 7:0 8']] });
  const p = text(from, desired({ 'vg-a': ['a', ['8 linear 7:1 0']], 'vg-b': ['b', ['8 linear 7:1 8']] }));
  assert.equal(main(p.phase2), ['suspend vg-a', 'resume vg-a', 'suspend vg-b', 'resume vg-b']);
});

test('sectors that pass from one volume to another: both suspended, the giver up first', () => {
  const from = current({ 'vg-a': ['a', 1, ['8 linear 7:0 0']], 'vg-z': ['z', 2, ['16 linear 7:0 8']] });
  const to = desired({ 'vg-a': ['a', ['8 linear 7:0 0', '8 linear 7:0 16']], 'vg-z': ['z', ['8 linear 7:0 8']] });
  assert.equal(main(text(from, to).phase2), ['suspend vg-a', 'suspend vg-z', 'resume vg-z', 'resume vg-a']);
});

test('a new volume on sectors that another gives up comes up after that, and not at all if that fails', () => {
  const from = current({ 'vg-z': ['z', 2, ['16 linear 7:0 8']] });
  const p = text(from, desired({ 'vg-a': ['a', ['8 linear 7:0 16']], 'vg-z': ['z', ['8 linear 7:0 8']] }));
  assert.equal(main(p.phase2), ['suspend vg-z', 'resume vg-z', 'resume vg-a']);
  assert.equal(p.phase2?.slice(7), ['7 clear vg-z', '8 resume vg-z', '9 remove vg-a', '10 exit 11']);
});

test('children that only grow are switched in phase 1, so that tables above fit', () => {
  const from = current({ v: ['a', 2, ['8 linear 253:1 0']], l: ['a-l', 1, ['8 linear 7:0 0']] });
  const to = desired({ v: ['a', ['16 linear @l 0']], l: ['a-l', ['8 linear 7:0 0', '8 linear 7:1 0'], { hidden: true }] });
  const p = text(from, to);
  const grown = 'load l [8 linear 7:0 0, 8 linear 7:1 0]';
  assert.equal(main(p.phase1), [grown, 'suspend l', 'resume l hidden', 'load v [16 linear @l 0]']);
  assert.equal(main(p.phase2), ['suspend v', 'resume v']);
  const back = ['load l [8 linear 7:0 0]', 'suspend l', 'resume l hidden'];
  assert.equal(main(p.abort), ['clear v', ...back, 'clear l', 'resume l hidden', 'clear l']);
});

test('children that grow and move get room in phase 1 and their place in phase 2, below their suspended parents', () => {
  const from = current({ v: ['a', 2, ['8 linear 253:1 0']], l: ['a-l', 1, ['8 linear 7:0 0']] });
  const p = text(from, desired({ v: ['a', ['16 linear @l 0']], l: ['a-l', ['16 linear 7:1 0']] }));
  const room = ['load l [8 linear 7:0 0, 8 error]', 'suspend l', 'resume l'];
  assert.equal(main(p.phase1), [...room, 'load l [16 linear 7:1 0]', 'load v [16 linear @l 0]']);
  assert.equal(main(p.phase2), ['suspend v', 'suspend l', 'resume l', 'resume v']);
});

test('unchanged parents are suspended around a child that moves', () => {
  const from = current({ v: ['a', 2, ['8 linear 253:1 0']], l: ['a-l', 1, ['8 linear 7:0 0']] });
  const p = text(from, desired({ v: ['a', ['8 linear @l 0']], l: ['a-l', ['8 linear 7:1 0']] }));
  assert.equal(main(p.phase1), ['load l [8 linear 7:1 0]']);
  assert.equal(main(p.phase2), ['suspend v', 'suspend l', 'resume l', 'resume v']);
});

test('new children come up in phase 1, unless they take over sectors of a live volume', () => {
  const fresh = desired({ v: ['a', ['8 linear @l 0']], l: ['a-l', ['8 linear 7:0 0']] });
  const p = text(none, fresh);
  assert.equal(main(p.phase1), ['create l', 'load l [8 linear 7:0 0]', 'resume l', 'create v', 'load v [8 linear @l 0]']);
  assert.equal(main(p.phase2), ['resume v']);
  const over = text(current({ v: ['a', 2, ['8 linear 7:0 0']] }), fresh);
  assert.equal(main(over.phase1), ['create l', 'load l [8 linear 7:0 0]', 'load v [8 linear @l 0]']);
  assert.equal(main(over.phase2), ['suspend v', 'resume l', 'resume v']);
});

test('what is no longer wanted goes last in phase 1, from the top down, and can be made again', () => {
  const from = current({
    v: ['a', 2, ['8 linear 253:1 0'], { readOnly: true }],
    l: ['a-l', 1, ['8 linear 7:0 0'], { openCount: 1 }],
  });
  const p = text(from, desired({ n: ['n', ['8 linear 7:1 0']] }));
  assert.equal(main(p.phase1), ['create n', 'load n [8 linear 7:1 0]', 'remove v', 'remove l']);
  assert.equal(main(p.abort), [
    ...['info l', 'create l', 'load l [8 linear 7:0 0]', 'resume l hidden'],
    ...['info v', 'create v', 'load v [8 linear @l 0] readOnly', 'resume v'],
    ...['info n', 'remove n'],
  ]);
  assert.equal(p.summary, ['create n', 'remove v', 'remove l']);
});

test('a layer that a volume drops is removed after the switch', () => {
  const from = current({ v: ['a', 2, ['8 linear 253:1 0']], l: ['a-l', 1, ['8 linear 7:0 0'], { openCount: 1 }] });
  const p = text(from, desired({ v: ['a', ['8 linear 7:0 0']] }));
  assert.equal(main(p.phase1), ['load v [8 linear 7:0 0]']);
  assert.equal(p.phase2, [
    ...['0 suspend v', '1 jmp-fail 7', '2 resume v', '3 jmp-fail 7', '4 remove l', '5 jmp-fail 11', '6 exit 0'],
    ...['7 clear v', '8 resume v', '9 remove l', '10 exit 11', '11 exit 13'],
  ]);
});

test('names: chains from the free end, circles through a uuid, new devices wait for theirs', () => {
  const from = current({ a: ['1', 1, ['8 linear 7:0 0']], b: ['2', 2, ['8 linear 7:0 8']], c: ['3', 3, ['8 linear 7:0 16']] });
  const kept = { 1: ['8 linear 7:0 0'], 2: ['8 linear 7:0 8'], 3: ['8 linear 7:0 16'] };
  const chain = text(from, desired({ b: ['1', kept[1]], c: ['2', kept[2]], d: ['3', kept[3]] }));
  assert.equal(main(chain.phase2), ['rename c d', 'rename b c', 'rename a b']);
  assert.equal(chain.phase1, []);
  assert.equal(chain.summary, ['rename a b', 'rename b c', 'rename c d']);
  const circle = text(from, desired({ b: ['1', kept[1]], c: ['2', kept[2]], a: ['3', kept[3]] }));
  assert.equal(main(circle.phase2), ['rename a DVM-g-1', 'rename c a', 'rename b c', 'rename DVM-g-1 b']);
  const reuse = text(from, desired({ a: ['4', ['8 linear 7:1 0']], b: ['2', kept[2]], c: ['1', kept[1]] }));
  assert.equal(main(reuse.phase1), ['create DVM-g-4', 'load DVM-g-4 [8 linear 7:1 0]', 'remove c']);
  assert.equal(main(reuse.phase2), ['resume DVM-g-4 hidden', 'rename a c', 'rename DVM-g-4 a']);
});

test('leftovers are mended first: stale tables, devices without a table, suspended ones', () => {
  const from = current({
    a: ['1', 1, ['8 linear 7:0 0'], { inactive: true, suspended: true }],
    b: ['2', 2, [], { inactive: true }],
    c: ['3', 3, ['8 linear 7:0 8'], { suspended: true }],
  });
  const p = text(from, desired({ a: ['1', ['8 linear 7:0 0']], c: ['3', ['8 linear 7:1 8']] }));
  assert.equal(main(p.phase1), ['clear b', 'clear a', 'remove b', 'resume a', 'load c [8 linear 7:1 8]']);
  assert.equal(main(p.phase2), ['suspend c', 'resume c']);
  assert.equal(p.summary, ['clear b', 'clear a', 'remove b', 'resume a', 'reload c']);
});

test('a device without a table that a live one stands on is not removed, but given its table', () => {
  const from = current({ v: ['a', 2, ['8 linear 253:1 0']], l: ['a-l', 1, [], { openCount: 1 }] });
  const p = text(from, desired({ v: ['a', ['8 linear @l 0']], l: ['a-l', ['8 linear 7:0 0']] }));
  assert.equal(main(p.phase1), ['load l [8 linear 7:0 0]']);
  assert.equal(main(p.phase2), ['suspend v', 'suspend l', 'resume l', 'resume v']);
});

test('nothing to do is nothing at all: same table however it is written', () => {
  const from = current({
    a: ['1', 1, ['8 striped 2 8 7:0 0 7:1 0', '8 error']],
    t: ['2', 2, ['8 linear 253:1 0'], { readOnly: true }],
    x: ['=LVM-x', 3, ['8 zero'], { inactive: true, suspended: true }],
    e: ['=', 4, []],
  });
  const to = desired({
    a: ['1', ['8 striped  2 8 7:0 0  7:1 0 ', '8 error 7:0 0']],
    t: ['2', ['8 linear @a 0'], { readOnly: true }],
  });
  assert.equal(text(from, to), { phase1: [], phase2: [], abort: [], summary: [] });
});

test('a changed read-only flag is a changed table', () => {
  const p = text(current({ a: ['1', 1, ['8 zero']] }), desired({ a: ['1', ['8 zero'], { readOnly: true }] }));
  assert.equal(main(p.phase1), ['load a [8 zero] readOnly']);
});

test('freezes the file system only for snapshots to come, waits for I/O unless the target holds it back', () => {
  const switching = (live: string, wanted: string): string | undefined =>
    main(text(current({ a: ['1', 1, [live]] }), desired({ a: ['1', [wanted]] })).phase2)[0];
  assert.is(switching('8 linear 7:0 0', '8 snapshot-origin 7:0'), 'suspend a lockFs');
  assert.is(switching('8 snapshot-origin 7:0', '8 linear 7:0 0'), 'suspend a');
  assert.is(switching('8 linear 7:0 0', '8 thin 7:0 1'), 'suspend a lockFs');
  assert.is(switching('8 thin 7:0 1', '8 thin 7:0 1 7:1'), 'suspend a noFlush lockFs');
  assert.is(switching('8 thin 7:0 1', '16 thin 7:0 1'), 'suspend a noFlush');
  assert.is(switching('8 thin-pool 7:0 7:1 128 0', '16 thin-pool 7:0 7:1 128 0'), 'suspend a');
  assert.is(switching('8 mirror core 1 64 2 7:0 0 7:1 0', '8 mirror core 1 64 2 7:0 0 7:2 0'), 'suspend a');
});

test('snapshots come up before their origin', () => {
  const from = current({ o: ['o', 2, ['8 linear 253:1 0']], r: ['o-real', 1, ['8 linear 7:0 0']] });
  const to = desired({
    o: ['o', ['8 snapshot-origin @r']],
    r: ['o-real', ['8 linear 7:0 0'], { hidden: true }],
    z: ['s', ['8 snapshot @r @zc P 8']],
    zc: ['s-cow', ['8 linear 7:1 0'], { hidden: true }],
  });
  const p = text(from, to);
  assert.equal(main(p.phase1).slice(-2), ['create z', 'load z [8 snapshot @r @zc P 8]']);
  assert.equal(main(p.phase2), ['suspend o lockFs', 'resume z', 'resume o']);
});

test('the programs can be written as text and read again', () => {
  const from = current({ a: ['1', 1, ['8 linear 7:0 0']], b: ['2', 2, ['8 linear 7:0 8']] });
  const { phases } = plan(from, desired({ b: ['1', ['16 linear 7:1 0'], { readOnly: true }], c: ['3', ['8 zero']] }));
  for (const program of Object.values(phases)) assert.equal(assemble(disassemble(program), 'text').instructions, program);
});

test('every instruction names its device by uuid, within the scope', () => {
  const from = current({ a: ['1', 1, ['8 linear 7:0 0']], b: ['2', 2, ['8 linear 7:0 8'], { inactive: true }] });
  const { phases } = plan(from, desired({ b: ['1', ['16 linear 7:0 0']] }));
  const ids = Object.values(phases).flatMap((p) => p.flatMap((i) => ('id' in i ? [i.id.uuid] : [])));
  assert.ok(ids.length > 5);
  assert.ok(ids.every((uuid) => uuid === 'DVM-g-1' || uuid === 'DVM-g-2'));
});

test('a stale inactive table may be what holds a device: the kernel is asked', () => {
  const from = current({ a: ['1', 1, ['8 zero'], { openCount: 1 }], b: ['2', 2, ['8 zero'], { inactive: true }] });
  assert.equal(main(text(from, desired({ b: ['2', ['8 zero']] })).phase1), ['clear b', 'remove a']);
});

test('tables may stand on devices of others by name', () => {
  const from = current({ other: ['=x', 9, ['8 zero']], a: ['1', 1, ['8 linear 253:9 0']] });
  assert.equal(text(from, desired({ a: ['1', ['8 linear @other 0']] })).phase1, []);
});

test.run();
