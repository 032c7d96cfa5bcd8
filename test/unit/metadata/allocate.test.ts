import { Draft } from '#metadata/draft.js';
import { removeVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Metadata } from '#metadata/metadata.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf, pvId } from './fixtures.js';

/** What LVM2 2.03.16 does with PVs of 16, 32, 16 and 64 extents, seen on loop devices. */
const test = suite('allocation as LVM2 does it');
const four = (): Draft => draftOf([16, 32, 16, 64]);

/** The draft's result as the document of a next edit, so that what was freed is free. */
function committed(draft: Draft): Draft {
  return new Draft(draft.result(), { devices: draft.devices ?? {} });
}

test('linear volumes follow each other on the first PV that has room', () => {
  const d = four();
  for (const [name, n] of Object.entries({ a: '5', b: '5', c: '50', d: '30' })) create(d, name, n);
  assert.equal(
    ['a', 'b', 'c', 'd'].flatMap((n) => layoutOf(d, n)),
    ['0: 0:0-4', '0: 0:5-9', '0: 3:0-49', '0: 1:0-29'],
  );
});

test('a linear volume larger than any PV takes the largest first', () => {
  const d = four();
  create(d, 'a', '120');
  create(d, 'b', '8');
  assert.equal(layoutOf(d, 'a'), ['0: 3:0-63', '64: 1:0-31', '96: 0:0-15', '112: 2:0-7']);
  assert.equal(layoutOf(d, 'b'), ['0: 2:8-15']);
});

test('a striped volume starts at 0 on each PV', () => {
  const d = four();
  create(d, 's', '32', { stripes: 4 });
  create(d, 't', '16', { stripes: 2 });
  assert.equal(layoutOf(d, 's'), ['0: 0:0-7 1:0-7 2:0-7 3:0-7']);
  assert.equal(layoutOf(d, 't'), ['0: 0:8-15 1:8-15']);
});

test('stripes that do not fit everywhere take the PVs with most room', () => {
  const d = four();
  create(d, 's', '80', { stripes: 2 });
  assert.equal(layoutOf(d, 's'), ['0: 3:0-31 1:0-31', '64: 0:0-7 2:0-7']);
  const e = four();
  create(e, 's', '96', { stripes: 3 });
  assert.equal(layoutOf(e, 's'), ['0: 1:0-15 3:0-15 0:0-15', '48: 1:16-31 2:0-15 3:16-31']);
});

test('all that is free, over three stripes', () => {
  const d = four();
  create(d, 'd', '100%FREE', { stripes: 3 });
  assert.equal(layoutOf(d, 'd'), ['0: 3:0-15 1:0-15 0:0-15', '48: 3:16-31 1:16-31 2:0-15']);
});

const holes: [number, number, number, string][] = [
  [2, 3, 2, '4-5'],
  [3, 2, 2, '1-2'],
  [1, 9, 1, '1-1'],
  [10, 3, 1, '12-12'],
  [3, 10, 2, '1-2'],
  [4, 5, 2, '6-7'],
  [2, 5, 2, '1-2'],
  [2, 4, 2, '4-5'],
  [3, 6, 3, '5-7'],
  [3, 7, 3, '1-3'],
  [10, 20, 10, '12-21'],
];
for (const [p, q, need, where] of holes)
  test(`of holes of ${p} and ${q}, ${need} extents take ${where}`, () => {
    const d = draftOf([2 + p + q]);
    create(d, 'a', '1', { pvs: ['/dev/loop0:0'] });
    create(d, 'b', '1', { pvs: [`/dev/loop0:${1 + p}`] });
    create(d, 'x', String(need));
    assert.equal(layoutOf(d, 'x'), [`0: 0:${where}`]);
  });

test('an extension goes right behind the end, then to the same PV, then on', () => {
  const d = four();
  create(d, 'a', '5');
  create(d, 'b', '5');
  extendVolume(d, { volume: 'a', pvs: [], extents: '+10' });
  extendVolume(d, { volume: 'b', pvs: [], extents: '+20' });
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-4', '5: 0:10-15', '11: 1:0-3']);
  assert.equal(layoutOf(d, 'b'), ['0: 0:5-9', '5: 1:4-23']);
});

test('an extension right behind the end makes no new segment', () => {
  const d = four();
  create(d, 'a', '5');
  extendVolume(d, { volume: 'a', pvs: [], extents: '+5' });
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-9']);
  extendVolume(d, { volume: 'a', pvs: [], extents: '30' });
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-15', '16: 1:0-13']);
});

test('a striped extension keeps its stripes on their PVs as long as it can', () => {
  const d = four();
  create(d, 's', '8', { stripes: 2 });
  create(d, 'b', '2');
  extendVolume(d, { volume: 's', pvs: [], extents: '+8' });
  extendVolume(d, { volume: 's', pvs: [], extents: '+16' });
  assert.equal(layoutOf(d, 's'), ['0: 0:0-3 1:0-3', '8: 0:6-15 1:4-13', '28: 1:14-15 2:0-1']);
});

test('PVs given are used in the order given', () => {
  const d = four();
  create(d, 's', '8', { stripes: 2, pvs: ['/dev/loop2', '/dev/loop1'] });
  create(d, 'y', '20', { pvs: ['/dev/loop0:5-9', '/dev/loop3:3-7', '/dev/loop1:20-29'] });
  assert.equal(layoutOf(d, 's'), ['0: 2:0-3 1:0-3']);
  assert.equal(layoutOf(d, 'y'), ['0: 1:20-29', '10: 0:5-9', '15: 3:3-7']);
});

test('anywhere puts two stripes on one PV where there is no other', () => {
  const d = four();
  create(d, 's', '16', { stripes: 2, allocation: 'anywhere', pvs: ['/dev/loop0'] });
  assert.equal(layoutOf(d, 's'), ['0: 0:0-7 0:8-15']);
});

test('what was removed is free for the next edit', () => {
  const d = four();
  create(d, 'a', '16');
  removeVolumes(d, ['a']);
  create(d, 'b', '16');
  assert.equal(layoutOf(d, 'b'), ['0: 1:0-15'], 'not yet free in the edit that removes it');
  const e = committed(d);
  create(e, 'c', '16');
  assert.equal(layoutOf(e, 'c'), ['0: 0:0-15']);
});

test.run();

const policy = suite('allocation policies');

policy('contiguous needs one run, and room right behind the end', async () => {
  const d = four();
  await fails(() => create(d, 'a', '65', { allocation: 'contiguous' }), 'no-space', 82, /not in one run on one PV/);
  create(d, 'a', '5', { allocation: 'contiguous' });
  create(d, 'b', '5', { allocation: 'contiguous' });
  extendVolume(d, { volume: 'b', pvs: [], extents: '+6' });
  assert.equal(layoutOf(d, 'b'), ['0: 0:5-15']);
  const e = await fails(() => extendVolume(d, { volume: 'a', pvs: [], extents: '+1' }), 'no-space', 82, /right behind the end/);
  assert.match(e.hint ?? '', '--allocation cling would do'.replace('cling', 'normal'));
});

policy('cling stays on the PV of each stripe', async () => {
  const d = four();
  create(d, 'a', '5', { allocation: 'cling' });
  create(d, 'b', '5');
  extendVolume(d, { volume: 'a', pvs: [], extents: '+6' });
  assert.equal(layoutOf(d, 'a'), ['0: 0:0-4', '5: 0:10-15']);
  const e = await fails(() => extendVolume(d, { volume: 'a', pvs: [], extents: '+1' }), 'no-space', 82, /policy "cling"/);
  assert.match(e.hint ?? '', '--allocation normal would do');
});

policy('cling for a new volume takes one PV, in several runs if need be', async () => {
  const d = draftOf([8, 10]);
  create(d, 'a', '1', { pvs: [`${pvId(1)}:6`] });
  create(d, 'x', '9', { allocation: 'cling' });
  assert.equal(layoutOf(d, 'x'), ['0: 1:0-5', '6: 1:7-9']);
  await fails(() => create(d, 'y', '9', { allocation: 'cling' }), 'no-space', 82, '8 extents (32M) are free');
  await fails(() => create(draftOf([8, 8]), 'y', '9', { allocation: 'cling' }), 'no-space', 82, /PVs that share a tag/);
});

policy('cling goes on to PVs that share a tag', () => {
  const tagged: Metadata['pvs'] = {};
  for (const [i, tags] of [['a'], ['b'], ['a', 'c']].entries()) tagged[pvId(i)] = { dataStart: 2048, extents: 4, tags };
  const d = draftOf([4, 4, 4], { pvs: tagged });
  create(d, 'x', '6', { allocation: 'cling' });
  assert.equal(layoutOf(d, 'x'), ['0: 0:0-3', '4: 2:0-1']);
});

policy('normal balances stripes where the largest-first way gets stuck', () => {
  const d = draftOf([16, 16, 16]);
  create(d, 's', '48', { stripes: 2 });
  assert.equal(layoutOf(d, 's'), ['0: 0:0-7 1:8-15', '16: 0:8-15 2:0-7', '32: 1:0-7 2:8-15']);
});

policy('a percentage takes all that balancing gives, where LVM2 stops at 46 extents', () => {
  const d = four();
  create(d, 'a', '50%VG');
  create(d, 'b', '9', { pvs: ['/dev/loop1'] });
  create(d, 'd', '100%FREE', { stripes: 2 });
  assert.equal(layoutOf(d, 'd'), ['0: 1:9-20 0:4-15', '24: 1:21-31 2:0-10', '46: 0:0-3 2:11-14']);
});

policy('too few PVs for the stripes', async () => {
  const e = await fails(
    () => create(draftOf([16, 16]), 's', '30', { stripes: 3 }),
    'no-space',
    82,
    /3 stripes need as many different PVs/,
  );
  assert.match(e.hint ?? '', '--allocation anywhere would do');
  assert.equal((e.details as { possible: number }).possible, 0);
});

policy('no-space gives the numbers', async () => {
  const e = await fails(
    () => create(draftOf([4, 6]), 'big', '11'),
    'no-space',
    82,
    'volume "big" needs 11 extents (44M): 10 extents (40M) are free',
  );
  assert.is(e.hint, 'at most 10 extents (40M) are possible; add PVs with pv_add, or remove or reduce volumes');
  const { pvs, needed, free, possible } = e.details as { pvs: unknown[]; needed: number; free: number; possible: number };
  assert.equal([needed, free, possible], [11, 10, 10]);
  assert.equal(pvs[1], { pv: pvId(1), name: '/dev/loop1', free: 6, largest: 6 });
});

policy('missing, read-only and unallocatable PVs are left out, and named', async () => {
  const before = draftOf([4, 4, 4, 4]);
  const { [pvId(0)]: _, [pvId(1)]: second, ...others } = before.devices ?? {};
  assert.ok(second);
  const devices = { ...others, [pvId(1)]: { ...second, readOnly: true } };
  const pvs = { ...before.pvs, [pvId(2)]: { dataStart: 2048, extents: 4, allocatable: false as const } };
  const d = new Draft({ ...before.before, pvs }, { devices });
  create(d, 'a', '4');
  assert.equal(layoutOf(d, 'a'), ['0: 3:0-3']);
  const e = await fails(() => create(d, 'b', '1'), 'no-space', 82, '0 extents (0B) are free');
  const { excluded } = e.details as { excluded: { reason: string }[] };
  assert.equal(
    excluded.map((x) => x.reason),
    ['read-only', 'not allocatable', 'missing'],
  );
  assert.match(e.hint ?? '', /is left out because it is/);
});

policy('reserved extents are never taken', () => {
  const pvs = { [pvId(0)]: { dataStart: 2048, extents: 10, reserved: [{ extent: 3, count: 2 }] } };
  const d = draftOf([10], { pvs });
  create(d, 'a', '100%FREE');
  assert.equal(layoutOf(d, 'a'), ['0: 0:5-9', '5: 0:0-2']);
});

policy.run();
