import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import { reduceVolume, removeVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Lv } from '#metadata/metadata.js';
import { type MirrorSegment, mirrorOf } from '#metadata/mirror/segments.js';
import { type Conversion, convertVolume } from '#metadata/raid/convert.js';
import { repairVolume } from '#metadata/repair.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('mirrors');
const partIds = partIdsFlag(undefined);
const idOf = (d: Draft, name = 'a'): string => d.idOf(name) ?? '';
const segmentOf = (d: Draft): MirrorSegment => mirrorOf(d.lvs[idOf(d)]) as MirrorSegment;
const names = (d: Draft): string[] => Object.values(d.lvs).map((lv) => lv.name).sort(); // biome-ignore format: one line

function convert(d: Draft, c: Partial<Conversion>): string[] {
  const notes = convertVolume(d, { volume: 'a', pvs: [], partIds, ...c });
  assert.equal(findProblems(d), []);
  return notes;
}

const repair = (d: Draft, ...replace: string[]): string[] => {
  const notes = repairVolume(d, { volume: 'a', replace, pvs: [], partIds });
  assert.equal(findProblems(d), []);
  return notes;
};

/** A mirror of two images, with a log elsewhere; all of it copied unless told otherwise. */
function given(more: Partial<MirrorSegment> = {}): Draft {
  const d = draftOf([32, 32, 32, 32]);
  create(d, 'a', '8', { pvs: ['/dev/loop0'] });
  convert(d, { type: 'mirror' });
  const { resync: _, ...whole } = segmentOf(d);
  d.setLv(idOf(d), { ...(d.lvs[idOf(d)] as Lv), segments: [{ ...whole, ...more }] });
  return d;
}

test('a linear volume becomes one, and keeps its place', () => {
  const d = draftOf([32, 32, 32]);
  create(d, 'a', '8', { pvs: ['/dev/loop1'] });
  convert(d, { type: 'mirror' });
  assert.equal(names(d), ['a', 'a_mimage_0', 'a_mimage_1', 'a_mlog']);
  assert.equal([layoutOf(d, 'a_mimage_0'), layoutOf(d, 'a_mimage_1')], [['0: 1:0-7'], ['0: 0:0-7']]);
  assert.equal([layoutOf(d, 'a_mlog'), segmentOf(d).regionSize, segmentOf(d).resync], [['0: 2:0-0'], 4096, true]);
});

test('or is made as one; a log in memory is none', () => {
  const d = draftOf([32, 32, 32]);
  create(d, 'a', '8', { type: 'mirror', mirrors: 2, mirrorLog: 'core' });
  assert.equal(names(d), ['a', 'a_mimage_0', 'a_mimage_1', 'a_mimage_2']);
  assert.equal(findProblems(d), []);
  removeVolumes(d, ['a']);
  assert.equal(names(d), []);
});

test('what it cannot be', async () => {
  const d = draftOf([32, 32]);
  create(d, 's', '8', { stripes: 2 });
  const make = (more: object) => create(d, 'b', '8', { type: 'mirror', ...more });
  await fails(() => make({ mirrors: 0 }), 'bad-mirrors', 64, /from 1 to 7 copies/);
  await fails(() => make({ stripes: 2 }), 'bad-stripes', 64);
  await fails(() => make({ extents: '50%FREE' }), 'bad-size', 64);
  await fails(() => make({ mirrors: 2 }), 'no-space', 82);
  await fails(() => convert(d, { volume: 's', type: 'mirror' }), 'no-conversion', 64, /"s" is striped/);
  const m = given();
  await fails(() => convert(m, { mirrors: 2 }), 'no-conversion', 64, /a mirror of 3 images/);
  await fails(() => convert(m, { type: 'raid1' }), 'no-conversion', 64);
  await fails(() => extendVolume(m, { volume: 'a', pvs: [], extents: '+1' }), 'mirrored', 83);
  await fails(() => reduceVolume(m, 'a', { extents: '-1' }), 'mirrored', 83);
  assert.equal(convert(m, { mirrors: 1 }), ['volume "a" already is a mirror of 2 images']);
});

test('no room for a log', async () => {
  const d = draftOf([8, 8]);
  create(d, 'a', '8', { pvs: ['/dev/loop0'] });
  await fails(() => convert(d, { type: 'mirror' }), 'no-space', 82, /the log of volume "a"/);
});

test('taken apart: what stays must be whole', async () => {
  const d = given();
  convert(d, { type: 'linear' });
  assert.equal([names(d), layoutOf(d, 'a')], [['a'], ['0: 0:0-7']]);
  const other = given();
  convert(other, { type: 'linear', pvs: ['/dev/loop0'] });
  assert.equal([names(other), layoutOf(other, 'a')], [['a'], ['0: 1:0-7']]);
  const copying = given({ resync: true });
  await fails(() => convert(copying, { type: 'linear', pvs: ['/dev/loop0'] }), 'not-in-sync', 83);
  const broken = given({ failed: [0] });
  convert(broken, { mirrors: 0 });
  assert.equal(layoutOf(broken, 'a'), ['0: 1:0-7']);
});

test('fewer of three', () => {
  const d = draftOf([32, 32, 32, 32]);
  create(d, 'a', '8', { type: 'mirror', mirrors: 2 });
  convert(d, { mirrors: 1 });
  assert.equal(names(d), ['a', 'a_mimage_0', 'a_mimage_1', 'a_mlog']);
});

test('an image that has failed is replaced: what is left is copied to it', async () => {
  const d = given({ failed: [0] });
  assert.match(repair(d)[0] ?? '', /1 images replaced/);
  assert.equal([layoutOf(d, 'a_mimage_0'), segmentOf(d).resync, segmentOf(d).failed], [['0: 1:0-7'], true, undefined]);
  assert.is(layoutOf(d, 'a_mimage_1')[0]?.[3], '2');
  await fails(() => repair(given({ failed: [0], resync: true })), 'too-few-images', 84, /none of which is whole/);
  assert.match(repair(given())[0] ?? '', /nothing to repair/);
});

test('so is a log', () => {
  const d = given();
  const log = segmentOf(d).log;
  repair(d, '/dev/loop3');
  assert.is.not(segmentOf(d).log, log);
  assert.equal(names(d), ['a', 'a_mimage_0', 'a_mimage_1', 'a_mlog']);
});

test.run();
