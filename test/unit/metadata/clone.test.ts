import { findProblems } from '#metadata/check.js';
import { createClone, type NewClone } from '#metadata/clone/create.js';
import { cloneSegment, endClone } from '#metadata/clone/segments.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import type { CloneSegment } from '#metadata/kinds/clone.js';
import { reduceVolume, removeVolumes, renameVolume, setVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Lv } from '#metadata/metadata.js';
import { createSnapshot } from '#metadata/snapshot.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, lvId } from './fixtures.js';
import { pool, thin } from './thin-fixtures.js';

const test = suite('clones');
const flags = { created: '2026-01-01T00:00:00Z', tags: [], readOnly: false, autoactivate: true };
const id = lvId(900);

const clone = (d: Draft, more: Partial<NewClone> = {}): string[] =>
  createClone(d, { ...flags, id, name: 'c', source: 'base', hydration: true, pvs: [], partIds: partIdsFlag(lvId(7)), ...more });

/** A group with a read-only volume of 8 extents. */
function withBase(): Draft {
  const d = draftOf([64]);
  create(d, 'base', '8', { id: lvId(901), readOnly: true });
  return d;
}
const segmentOf = (d: Draft): CloneSegment => cloneSegment(d.lvs[id]) as CloneSegment;
const names = (d: Draft): string[] =>
  Object.values(d.lvs)
    .map((lv) => `${lv.name}${lv.hidden ? '*' : ''}`)
    .sort();

test('of a volume: a hidden destination as large, and what remembers', () => {
  const d = withBase();
  assert.equal(clone(d), []);
  const { areas, meta, ...rest } = segmentOf(d);
  assert.equal(rest, { start: 0, count: 8, type: 'clone', source: { lv: lvId(901) }, regionSize: 128 });
  assert.equal(names(d), ['base', 'c', 'c_cdest*', 'c_clmeta*']);
  assert.is(d.lvs[areas[0]?.lv ?? '']?.segments[0]?.count, 8);
  assert.is(d.lvs[meta]?.segments[0]?.count, 1);
  assert.equal(findProblems(d), []);
});

test('of a device by path: its size in sectors is kept, the volume is whole extents', () => {
  const d = draftOf([64]);
  const more = { source: '/dev/nbd0', size: '10000s', regionSize: '4K', hydration: false, threshold: 8, batchSize: 4 };
  assert.equal(clone(d, more), ['volume "c": rounded up to 2 extents, 8M']);
  const { areas: _, meta: __, ...rest } = segmentOf(d);
  assert.equal(rest, {
    ...{ start: 0, count: 2, type: 'clone', source: { path: '/dev/nbd0', size: 10_000 } },
    ...{ regionSize: 8, hydration: false, threshold: 8, batchSize: 4 },
  });
  assert.equal(findProblems(d), []);
});

test('the metadata grows with the number of regions', () => {
  const d = draftOf([600_000], { vg: { extentSize: 8192, allocation: 'normal' } });
  clone(d, { source: '/dev/nbd0', size: '2T', regionSize: '4K' });
  assert.is(d.lvs[segmentOf(d).meta]?.segments[0]?.count, 49, '64 MiB of bits, three times, and 2 MiB');
});

test('finished, it keeps its id and stands alone', () => {
  const d = withBase();
  clone(d);
  endClone(d, id, segmentOf(d));
  assert.equal(
    d.lvs[id]?.segments.map((s) => s.type),
    ['linear'],
  );
  assert.equal(names(d), ['base', 'c']);
  setVolumes(d, ['base'], { addTags: [], delTags: [], readOnly: 'off' });
  assert.equal(findProblems(d), []);
});

test('is removed and renamed with its parts, and before its source', async () => {
  const d = withBase();
  clone(d);
  await fails(() => removeVolumes(d, ['base']), 'volume-in-use', 83, 'volume "base" is used by volume "c"');
  renameVolume(d, 'c', 'k');
  assert.equal(names(d), ['base', 'k', 'k_cdest*', 'k_clmeta*']);
  removeVolumes(d, ['k', 'base']);
  assert.equal(names(d), []);
});

const badClones: [string, Partial<NewClone>, string, number, RegExp][] = [
  ['an unknown source', { source: 'no' }, 'no-volume', 80, /"no" is not in/],
  ['a size beside a volume', { size: '1G' }, 'bad-size', 64, /has that one's size/],
  ['a path without a size', { source: '/dev/nbd0' }, 'no-size', 64, /size of source "\/dev\/nbd0" is not given/],
  ['size 0', { source: '/dev/nbd0', size: '0' }, 'bad-size', 64, /is 0/],
  ['a path with a blank', { source: '/dev/a b', size: '1G' }, 'bad-source', 64, /blanks or control/],
  ['its own volume by link', { source: '/dev/dvm/vg/base', size: '1G' }, 'bad-source', 64, /of the group itself/],
  ['its own volume by node', { source: '/dev/mapper/vg-base', size: '1G' }, 'bad-source', 64, /of the group itself/],
  ['odd regions', { regionSize: '5K' }, 'bad-region-size', 64, /5K is not a power of two/],
  ['no regions at once', { threshold: 0 }, 'bad-hydration', 64, /0 regions at once/],
  ['too much of them', { batchSize: 2 ** 21 }, 'bad-hydration', 64, /2097152 regions/],
  ['more than there is', { source: '/dev/nbd0', size: '1T' }, 'no-space', 82, /volume "c"/],
  ['a name that is taken', { name: 'base' }, 'name-taken', 81, /already exists/],
];
for (const [what, more, code, exit, message] of badClones)
  test(`lv_clone refuses ${what}`, async () => {
    const d = withBase();
    await fails(() => clone(d, more), code, exit, message);
  });

test('a source nobody may write to; no clone of a clone', async () => {
  const d = withBase();
  setVolumes(d, ['base'], { addTags: [], delTags: [], readOnly: 'off' });
  const e = await fails(() => clone(d), 'origin-writable', 83, /"base" is to be the source of a clone, and is writable/);
  assert.is(e.hint, 'lv_set base --read-only on');
  setVolumes(d, ['base'], { addTags: [], delTags: [], readOnly: 'on' });
  clone(d);
  await fails(() => clone(d, { id: lvId(902), name: 'k', source: 'c' }), 'cloning', 83, /cannot be the source/);
});

test('while it is cloned a volume keeps its size, and nothing stands on it', async () => {
  const d = withBase();
  clone(d);
  const message = /volume "c" is still being cloned/;
  await fails(() => extendVolume(d, { volume: 'c', pvs: [], extents: '+1' }), 'cloning', 83, message);
  await fails(() => reduceVolume(d, 'c', { extents: '-1' }), 'cloning', 83, message);
  const snapshot = { ...flags, origin: 'c', id: lvId(903), name: 's', extents: '1', pvs: [] };
  await fails(() => createSnapshot(d, snapshot), 'cloning', 83, message);
});

test('it is no external origin either', async () => {
  const d = withBase();
  pool(d, 'pool');
  clone(d, { readOnly: true });
  await fails(() => thin(d, 'top', { externalOrigin: 'c' }), 'cloning', 83, /still being cloned/);
});

test('hydration is turned on and off', async () => {
  const d = withBase();
  clone(d);
  const set = (hydration: 'on' | 'off', volume = 'c') => setVolumes(d, [volume], { addTags: [], delTags: [], hydration });
  assert.equal(set('on'), ['volume "c": hydration is on already']);
  set('off');
  assert.is(segmentOf(d).hydration, false);
  set('on');
  assert.is(segmentOf(d).hydration, undefined);
  await fails(() => set('on', 'base'), 'not-a-clone', 83, 'volume "base" is not being cloned');
});

const broken: [string, (d: Draft, segment: CloneSegment) => void, RegExp][] = [
  ['begins later', (d, s) => set(d, { ...s, start: 1 }), /a clone behind another segment/],
  [
    'lies on a PV',
    (d, s) => set(d, { ...s, areas: [{ pv: Object.keys(d.pvs)[0] ?? '', extent: 0 }] }),
    /not lie on a whole volume/,
  ],
  ['another size than what it lies on', (d, s) => set(d, { ...s, count: 7 }), /of 7 extents, and lies on a volume of 8/],
  ['odd regions', (d, s) => set(d, { ...s, regionSize: 100 }), /regions of 100 sectors/],
  [
    'smaller than its source',
    (d, s) => set(d, { ...s, source: { path: '/dev/x', size: 10 ** 6 } }),
    /smaller than its source "\/dev\/x"/,
  ],
  ['a writable source', (d) => d.setLv(lvId(901), { ...(d.lvs[lvId(901)] as Lv), readOnly: undefined } as unknown as Lv), /"base", which is writable/], // biome-ignore format: one line
  ['larger than its source', (d, s) => d.setLv(lvId(901), { ...(d.lvs[lvId(901)] as Lv), segments: [{ ...s, type: 'zero', areas: [], count: 7 } as never] }), /larger than its source "base" of 7/], // biome-ignore format: one line
];
const set = (d: Draft, segment: CloneSegment): void => d.setLv(id, { ...(d.lvs[id] as Lv), segments: [segment] });
for (const [what, damage, message] of broken)
  test(`vg_check refuses a clone: ${what}`, () => {
    const d = withBase();
    clone(d);
    damage(d, segmentOf(d));
    const problems = findProblems(d).map((p) => `${p.code}: ${p.message}`);
    assert.ok(
      problems.some((p) => p.startsWith('clone: ') && message.test(p)),
      problems.join('\n'),
    );
  });

test.run();
