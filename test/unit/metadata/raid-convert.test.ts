import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { type Conversion, convertVolume } from '#metadata/raid/convert.js';
import { raidOf } from '#metadata/raid/resize.js';
import { splitVolume } from '#metadata/raid/split.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('volumes are converted');

const convert = (d: Draft, more: Partial<Conversion>): string[] =>
  convertVolume(d, { volume: 'a', pvs: [], partIds: partIdsFlag(undefined), ...more });
const lvOf = (d: Draft, name: string): Lv => d.lvs[d.idOf(name) ?? ''] as Lv;
const raid = (d: Draft): Raid => raidOf(lvOf(d, 'a')) as Raid;
const names = (d: Draft): string[] =>
  Object.values(d.lvs)
    .map((l) => l.name)
    .sort();

/** Changes what the segment says of its images. */
function mark(d: Draft, more: Partial<Raid>): void {
  d.setLv(d.idOf('a') ?? '', { ...lvOf(d, 'a'), segments: [{ ...raid(d), ...more }] });
}

function mirrored(pvs: number, mirrors: number): Draft {
  const d = draftOf(Array.from({ length: pvs }, () => 32));
  create(d, 'a', '10', { type: 'raid1', mirrors });
  return d;
}

test('linear becomes the first image of a raid1, and keeps its id', () => {
  const d = draftOf([32, 32, 32]);
  create(d, 'a', '10');
  const id = d.idOf('a');
  assert.equal(convert(d, { type: 'raid1', mirrors: 2 }), []);
  assert.is(d.idOf('a'), id);
  assert.equal(layoutOf(d, 'a_rimage_0'), ['0: 0:0-9']);
  assert.equal(layoutOf(d, 'a_rmeta_0'), ['0: 0:10-10']);
  assert.equal(layoutOf(d, 'a_rimage_2'), ['0: 2:1-10']);
  assert.equal(raid(d).rebuild, [1, 2]);
  assert.equal(findProblems(d), []);
  assert.equal(convert(d, { type: 'raid1', mirrors: 2 }), ['volume "a" already is a raid1 of 3 images']);
});

test('its records go elsewhere where its PVs are full', () => {
  const d = draftOf([10, 32, 32]);
  create(d, 'a', '10', { pvs: ['/dev/loop0'] });
  convert(d, { mirrors: 1 });
  assert.equal([layoutOf(d, 'a_rimage_1'), layoutOf(d, 'a_rmeta_0')], [['0: 1:1-10'], ['0: 2:0-0']]);
});

test('more copies, on PVs without one', async () => {
  const d = mirrored(3, 1);
  convert(d, { mirrors: 2 });
  assert.equal(layoutOf(d, 'a_rimage_2'), ['0: 2:1-10']);
  assert.equal(raid(d).rebuild, [2]);
  await fails(() => convert(d, { mirrors: 3 }), 'not-in-sync', 83, /the kernel is still to build them/);
  mark(d, { rebuild: undefined as never });
  await fails(() => convert(d, { mirrors: 3 }), 'no-space', 82);
  await fails(() => convert(d, { mirrors: 300 }), 'bad-mirrors', 64, /more than 253/);
});

test('fewer: those named, else those not whole, else the last; the others are numbered anew', async () => {
  const d = mirrored(4, 3);
  mark(d, { failed: [1], writeMostly: [3] });
  convert(d, { mirrors: 2 });
  assert.equal(layoutOf(d, 'a_rimage_1'), ['0: 2:1-10']);
  assert.equal([raid(d).failed, raid(d).writeMostly], [undefined, [2]]);
  convert(d, { mirrors: 1, pvs: ['/dev/loop0'] });
  assert.equal(layoutOf(d, 'a_rimage_0'), ['0: 2:1-10']);
  assert.equal(findProblems(d), []);
  mark(d, { syncing: [1] });
  await fails(
    () => convert(d, { type: 'linear', pvs: ['/dev/loop2'] }),
    'not-in-sync',
    83,
    /no image of volume "a" that would stay is whole/,
  );
  convert(d, { type: 'linear' });
  assert.equal([names(d), layoutOf(d, 'a')], [['a'], ['0: 2:1-10']]);
});

test('an image becomes a volume of its own', async () => {
  const d = mirrored(3, 2);
  const split = (name: string, pvs: string[] = []) => splitVolume(d, { volume: 'a', name, pvs });
  await fails(() => split('a'), 'name-taken', 81);
  await fails(() => split('x_rimage_0'), 'bad-name', 64);
  const image = d.idOf('a_rimage_1');
  assert.match(split('b', ['/dev/loop1']).join(), /"b" is what volume "a" was/);
  assert.equal([d.idOf('b'), lvOf(d, 'b').hidden, layoutOf(d, 'b')], [image, undefined, ['0: 1:1-10']]);
  mark(d, { syncing: [1] });
  await fails(() => split('c'), 'not-in-sync', 83, /no whole image to split off/);
  mark(d, { syncing: undefined as never });
  split('c');
  assert.equal(names(d), ['a', 'b', 'c']);
  await fails(() => split('d'), 'no-conversion', 64, /is not a raid1/);
  assert.equal(findProblems(d), []);
});

test('what there is no way to is refused', async () => {
  const d = draftOf([32, 32, 32]);
  create(d, 'a', '10', { stripes: 2 });
  await fails(() => convert(d, { type: 'raid1' }), 'no-conversion', 64, /volume "a" is striped, and cannot become raid1/);
  create(d, 'b', '10');
  await fails(() => convert(d, { volume: 'b' }), 'no-conversion', 64, /nothing else: no type is given/);
  await fails(() => convert(d, { volume: 'b', mirrors: -1 }), 'bad-mirrors', 64);
  assert.equal(convert(d, { volume: 'b', type: 'linear' }), ['volume "b" already is a linear one']);
});

test.run();
