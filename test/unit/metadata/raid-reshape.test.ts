import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import type { Raid } from '#metadata/kinds/raid.js';
import { reduceVolume, setVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Lv } from '#metadata/metadata.js';
import { type Conversion, convertVolume } from '#metadata/raid/convert.js';
import { endReshape } from '#metadata/raid/reshape.js';
import { raidOf } from '#metadata/raid/resize.js';
import { repairVolume } from '#metadata/repair.js';
import { rollBack } from '#metadata/rollback.js';
import { sizeOf } from '#metadata/segments.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('raid is laid out anew');
const partIds = partIdsFlag(undefined);

const idOf = (d: Draft): string => d.idOf('a') ?? '';
const lvOf = (d: Draft): Lv => d.lvs[idOf(d)] as Lv;
const raid = (d: Draft): Raid => raidOf(lvOf(d)) as Raid;

/** A raid5 of two stripes and 8 extents, whole. */
function given(): Draft {
  const d = draftOf([32, 32, 32, 32, 32]);
  create(d, 'a', '8', { type: 'raid5', stripes: 2 });
  const { resync: _, ...whole } = raid(d);
  d.setLv(idOf(d), { ...lvOf(d), segments: [whole] });
  return d;
}

function convert(d: Draft, c: Partial<Conversion>): void {
  convertVolume(d, { volume: 'a', pvs: [], partIds, ...c });
  assert.equal(findProblems(d), []);
}

function end(d: Draft): void {
  endReshape(d, idOf(d), raid(d));
  assert.equal(findProblems(d), []);
}

test('more images: room in front, and none when it is done', () => {
  const d = given();
  convert(d, { stripes: 3 });
  assert.equal([sizeOf(lvOf(d)), raid(d).areas.length, raid(d).metas?.length], [12, 4, 4]);
  assert.equal(raid(d).reshape, { state: 'wanted', delta: 1, space: 1 });
  assert.equal(layoutOf(d, 'a_rimage_0'), ['0: 0:5-5', '1: 0:1-4']);
  assert.equal(layoutOf(d, 'a_rimage_3'), ['0: 3:1-5']);
  end(d);
  assert.equal([layoutOf(d, 'a_rimage_0'), layoutOf(d, 'a_rimage_3')], [['0: 0:5-5', '1: 0:1-3'], ['0: 3:1-4']]);
  assert.equal(raid(d).reshape, { state: 'ended', delta: 0, space: 0 });
});

test('fewer images: not without being told, for the volume shrinks', async () => {
  const d = given();
  await fails(() => convert(d, { stripes: 1 }), 'volume-shrinks', 83, /would shrink from 32M to 16M/);
  convert(d, { stripes: 1, force: true });
  assert.equal([sizeOf(lvOf(d)), raid(d).areas.length], [4, 3]);
  assert.equal(raid(d).reshape, { state: 'wanted', delta: -1, space: 1 });
  assert.equal(layoutOf(d, 'a_rimage_2'), ['0: 2:1-5']);
  end(d);
  assert.equal([raid(d).areas.length, d.idOf('a_rimage_2'), d.idOf('a_rmeta_2')], [2, undefined, undefined]);
  assert.equal([layoutOf(d, 'a_rimage_0'), raid(d).reshape?.state], [['0: 0:2-5'], 'ended']);
});

test('another layout, other stripes: room behind, and what was in front goes', () => {
  for (const c of [{ type: 'raid5_ra' as const }, { stripeSize: 256 }]) {
    const d = given();
    convert(d, c);
    assert.equal([sizeOf(lvOf(d)), raid(d).reshape], [8, { state: 'wanted', delta: 0, space: 1 }]);
    end(d);
    assert.equal([layoutOf(d, 'a_rimage_1'), raid(d).reshape?.state], [['0: 1:2-5'], 'ended']);
  }
});

test('nothing else is done to it meanwhile', async () => {
  const d = given();
  convert(d, { stripes: 3 });
  const attempts = [
    () => convert(d, { stripes: 4 }),
    () => extendVolume(d, { volume: 'a', extents: '+2', pvs: [] }),
    () => reduceVolume(d, 'a', { extents: '-3' }), // a row
    () => setVolumes(d, ['a'], { addTags: [], delTags: [], readOnly: 'on' }),
    () => repairVolume(d, { volume: 'a', replace: ['/dev/loop0'], pvs: [], partIds }),
  ];
  for (const attempt of attempts) await fails(attempt, 'reshaping', 75, /volume "a" is being laid out anew/);
  setVolumes(d, ['a'], { addTags: ['x'], delTags: [] });
});

test('no way back over it', async () => {
  const d = given();
  const old = d.result();
  const now = new Draft(old, { ...(d.devices && { devices: d.devices }) });
  const back = () => rollBack(new Draft(now.result()), { old, steps: [], force: false });
  convert(now, { type: 'raid5_ra' });
  await fails(back, 'reshaped', 83, /laid out otherwise then \(raid5_ls, now raid5_ra\)/);
  end(now);
  await fails(back, 'reshaped', 83);
});

test('needs room and devices, and images that are extents', async () => {
  const d = given();
  await fails(() => convert(d, { stripes: 5 }), 'no-space', 82);
  await fails(() => convert(d, { stripes: 0 }), 'no-conversion', 64);
  const image = d.idOf('a_rimage_0') ?? '';
  d.setLv(image, { ...(d.lvs[image] as Lv), segments: [{ start: 0, count: 4, type: 'zero', areas: [] }] });
  await fails(() => convert(d, { stripes: 3 }), 'layered-image', 83);
});

test.run();
