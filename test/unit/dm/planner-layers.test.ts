import { plan } from '#dm/planner/plan.js';
import { assert, suite } from '#test/support/check.js';
import { current, desired, programText } from '#test/support/plan-text.js';

/** Layers that go in below devices in use: nothing comes up on one that has no table yet. */
const test = suite('planner: layers');

function phase2(...[from, to]: Parameters<typeof plan>): string[] {
  const lines = programText(plan(from, to).phases.phase2).map((l) => l.replace(/^\d+ /, '').replace(' hidden', ''));
  const main = lines.slice(
    0,
    lines.findIndex((l) => l.startsWith('exit')),
  );
  return main.filter((l) => !l.startsWith('jmp'));
}

// whatever the names are: devices are ordered by them where nothing else orders them
for (const [top, layer] of [
  ['a', 'z'],
  ['z', 'a'],
] as const)
  test(`the layer "${layer}" takes over the extents of "${top}" and is up before it`, () => {
    const from = current({ [top]: ['1', 1, ['8 linear 7:0 0']] });
    const to = desired({ [top]: ['1', [`8 linear @${layer} 0`]], [layer]: ['1-x', ['8 linear 7:0 0'], { hidden: true }] });
    assert.equal(phase2(from, to), [`suspend ${top}`, `resume ${layer}`, `resume ${top}`]);
  });

test('the first snapshot: the origin gives its extents to the layer below it', () => {
  const from = current({ o: ['1', 1, ['8 linear 7:0 0']] });
  const to = desired({
    o: ['1', ['8 snapshot-origin @r']],
    r: ['1-real', ['8 linear 7:0 0'], { hidden: true }],
    s: ['2', ['8 snapshot @r @c P 8']],
    c: ['2-cow', ['8 linear 7:1 0'], { hidden: true }],
  });
  assert.equal(phase2(from, to), ['suspend o lockFs', 'resume r', 'resume s', 'resume o']);
});

test('one more snapshot: the origin rests, its file system frozen, though its own table stays', () => {
  const from = current({ o: ['1', 2, ['8 snapshot-origin 253:1']], r: ['1-real', 1, ['8 linear 7:0 0']] });
  const to = desired({
    o: ['1', ['8 snapshot-origin @r']],
    r: ['1-real', ['8 linear 7:0 0'], { hidden: true }],
    s: ['2', ['8 snapshot @r @c P 8']],
    c: ['2-cow', ['8 linear 7:1 0'], { hidden: true }],
  });
  assert.equal(phase2(from, to), ['suspend o lockFs', 'resume s', 'resume o']);
});

test('a snapshot goes after the commit: what its origin is written meanwhile it would lack', () => {
  const from = current({
    c: ['2-cow', 1, ['8 linear 7:1 0'], { openCount: 1 }],
    o: ['1', 2, ['8 snapshot-origin 253:3']],
    r: ['1-real', 3, ['8 linear 7:0 0'], { openCount: 2 }],
    s: ['2', 4, ['8 snapshot 253:3 253:1 P 8']],
  });
  const to = desired({ o: ['1', ['8 linear 7:0 0']] });
  const { phases } = plan(from, to);
  assert.equal(
    phases.phase1.filter((i) => i.op === 'remove'),
    [],
  );
  assert.equal(phase2(from, to), ['suspend o', 'resume o', 'remove s', 'remove c', 'remove r']);
});

test.run();
