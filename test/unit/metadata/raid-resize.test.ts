import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { reduceVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Lv, Segment } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid-resize.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('raid volumes change their size');

/** What is in the document, as a new draft: what an edit freed is free. */
const saved = (d: Draft): Draft =>
  new Draft(d.result(), { ...(d.envelope && { envelope: d.envelope }), ...(d.devices && { devices: d.devices }) });

test('images grow behind their ends', () => {
  const d = draftOf([64, 64, 64]);
  create(d, 'a', '8', { type: 'raid5' });
  assert.equal(extendVolume(d, { volume: 'a', extents: '+3', pvs: [] }), ['volume "a": rounded up to 12 extents, 48M']);
  assert.equal(layoutOf(d, 'a_rimage_2'), ['0: 2:1-6']);
  assert.equal(layoutOf(d, 'a_rmeta_2'), ['0: 2:0-0']);
  assert.equal(findProblems(d), []);
});

test('then elsewhere on their PVs, then on PVs without an image', async () => {
  const d = draftOf([32, 32, 32]);
  create(d, 'a', '8', { type: 'raid1' });
  create(d, 'b', '1', { pvs: ['/dev/loop0'] });
  extendVolume(d, { volume: 'a', extents: '+20', pvs: [] });
  assert.equal(layoutOf(d, 'a_rimage_0'), ['0: 0:1-8', '8: 0:10-29']);
  assert.equal(layoutOf(d, 'a_rimage_1'), ['0: 1:1-28']);
  extendVolume(d, { volume: 'a', extents: '+3', pvs: [] });
  assert.equal(layoutOf(d, 'a_rimage_0'), ['0: 0:1-8', '8: 0:10-31', '30: 2:0-0']);
  await fails(() => extendVolume(d, { volume: 'a', extents: '+10', pvs: [] }), 'no-space', 82);
  assert.equal(findProblems(d), []);
});

test('the regions grow where there would be too many, the records where they do not suffice', () => {
  const d = draftOf([80_000, 80_000], { vg: { extentSize: 8, allocation: 'normal' } });
  create(d, 'a', '2048', { type: 'raid1', regionSize: 8 });
  extendVolume(d, { volume: 'a', extents: '+60000', pvs: [] });
  assert.equal(layoutOf(d, 'a_rmeta_0'), ['0: 0:0-1', '2: 0:62050-62050']);
  const huge = draftOf([2 ** 33 / 2 ** 25 + 8, 2 ** 33 / 2 ** 25 + 8], { vg: { extentSize: 2 ** 25, allocation: 'normal' } });
  create(huge, 'a', '1', { type: 'raid1' });
  extendVolume(huge, { volume: 'a', extents: '257', pvs: [] });
  assert.is(raidOf(huge.lvs[huge.idOf('a') ?? ''] as Lv)?.regionSize, 8192);
});

test('stripes stay as many as they are', async () => {
  const d = draftOf([64, 64, 64, 64]);
  create(d, 'a', '8', { type: 'raid5' });
  await fails(
    () => extendVolume(d, { volume: 'a', extents: '+3', stripes: 3, pvs: [] }),
    'bad-stripes',
    64,
    /in the stripes that it has/,
  );
});

test('smaller: whole rows, off every image', () => {
  const d = draftOf([64, 64, 64]);
  create(d, 'a', '20', { type: 'raid5' });
  reduceVolume(d, 'a', { extents: '13' });
  assert.equal(layoutOf(d, 'a_rimage_1'), ['0: 1:1-7']);
  assert.is(raidOf(d.lvs[d.idOf('a') ?? ''] as Lv)?.count, 14);
  assert.equal(findProblems(d), []);
  assert.is(saved(d).free.of(Object.keys(d.pvs)[0] ?? '')[0]?.start, 8);
});

test('images that stand on something themselves keep their size', async () => {
  const d = draftOf([64, 64]);
  create(d, 'a', '8', { type: 'raid1' });
  const id = d.idOf('a_rimage_0') ?? '';
  const zero: Segment = { start: 0, count: 8, type: 'zero', areas: [] };
  d.setLv(id, { ...(d.lvs[id] as Lv), segments: [zero] });
  await fails(
    () => extendVolume(d, { volume: 'a', extents: '+8', pvs: [] }),
    'layered-image',
    83,
    /image "a_rimage_0" is not linear/,
  );
  await fails(() => reduceVolume(d, 'a', { extents: '4' }), 'layered-image', 83);
});

test.run();
