import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import type { VolumeType } from '#metadata/lv-create.js';
import type { Lv } from '#metadata/metadata.js';
import { type Conversion, convertVolume } from '#metadata/raid/convert.js';
import { raidOf } from '#metadata/raid/resize.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('takeovers of raid');

const lvOf = (d: Draft, name = 'a'): Lv => d.lvs[d.idOf(name) ?? ''] as Lv;

/** One step; the kernel builds what is new at once. */
function convert(d: Draft, type: VolumeType, more: Partial<Conversion> = {}): string[] {
  const notes = convertVolume(d, { volume: 'a', type, pvs: [], partIds: partIdsFlag(undefined), ...more });
  assert.equal(findProblems(d), [], type);
  const raid = raidOf(lvOf(d));
  if (raid) {
    const { rebuild: _, resync: __, ...whole } = raid;
    d.setLv(d.idOf('a') ?? '', { ...lvOf(d), segments: [whole] });
  }
  return notes;
}

/** `level images rebuild`, and where images and the last record lie. */
function shape(d: Draft): string {
  const raid = raidOf(lvOf(d));
  const images = Object.values(d.lvs)
    .map((l) => l.name)
    .filter((n) => n.includes('_rimage_'))
    .sort();
  return [raid?.level ?? lvOf(d).segments[0]?.type, ...images.map((n) => layoutOf(d, n).join(' '))].join(' | ');
}

test('stripes of several segments become images, get parity, and are stripes again', () => {
  const d = draftOf([32, 32, 32, 32]);
  create(d, 'x', '2', { pvs: ['/dev/loop1'] });
  create(d, 'a', '8', { stripes: 2, stripeSize: 64, pvs: ['/dev/loop0', '/dev/loop1'] });
  const id = d.idOf('a');
  const before = layoutOf(d, 'a');
  convert(d, 'raid0');
  assert.is(shape(d), `raid0 | ${'0: 0:0-3'} | ${'0: 1:2-5'}`);
  convert(d, 'raid5');
  assert.is(raidOf(lvOf(d))?.level, 'raid5_n');
  assert.equal([layoutOf(d, 'a_rmeta_0'), layoutOf(d, 'a_rmeta_2')], [['0: 0:4-4'], ['0: 2:0-0']]);
  convert(d, 'raid6');
  assert.is(raidOf(lvOf(d))?.level, 'raid6_n_6');
  convert(d, 'striped');
  assert.equal([layoutOf(d, 'a'), d.idOf('a'), Object.keys(d.lvs).length], [before, id, 2]);
  assert.equal(convert(d, 'striped'), ['volume "a" already is striped of 2 data stripes of 32 KiB']);
});

test('parity of raid4 is the first image, copies of raid10 lie beside what they are of', () => {
  const d = draftOf([32, 32, 32, 32]);
  create(d, 'a', '8', { stripes: 2, pvs: ['/dev/loop2', '/dev/loop3'] });
  convert(d, 'raid4');
  assert.is(shape(d), 'raid4 | 0: 0:1-4 | 0: 2:0-3 | 0: 3:0-3');
  convert(d, 'raid0');
  convert(d, 'raid10');
  assert.match(shape(d), /^raid10 \| 0: 2:0-3 \| 0: [01]:\S+ \| 0: 3:0-3 \| 0: [01]:\S+$/);
  convert(d, 'raid0');
  assert.is(shape(d), 'raid0 | 0: 2:0-3 | 0: 3:0-3');
});

test('what a step leaves to do is said, and done by the same again', () => {
  const d = draftOf([32, 32, 32, 32]);
  create(d, 'a', '8');
  assert.match(
    convert(d, 'raid5_ls').join(),
    /is raid1 now; still to come, by the same again: raid5_ls of 1 data stripe of 64 KiB$/,
  );
  assert.equal(convert(d, 'raid5_ls'), []);
  convert(d, 'linear');
  convert(d, 'linear');
  assert.equal([shape(d), Object.keys(d.lvs).length], ['linear', 1]);
});

test('only what is whole', async () => {
  const d = draftOf([32, 32, 32, 32]);
  create(d, 'a', '8', { type: 'raid5', stripes: 2 });
  const again = () => convertVolume(d, { volume: 'a', type: 'raid6', pvs: [], partIds: partIdsFlag(undefined) });
  await fails(again, 'not-in-sync', 83, /the kernel is still to build them/);
});

test('the same bytes take no more images than there are devices for', async () => {
  const d = draftOf([32, 32]);
  create(d, 'a', '8', { stripes: 2 });
  await fails(() => convert(d, 'raid5'), 'no-space', 82);
  await fails(() => convert(d, 'raid5', { stripes: 200 }), 'bad-stripes', 64);
  await fails(() => convert(d, 'raid5', { mirrors: 1 }), 'no-conversion', 64);
});

test.run();
