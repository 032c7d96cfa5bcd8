import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import { integritySegment } from '#metadata/integrity/change.js';
import { dropIntegrity, giveIntegrity } from '#metadata/integrity/give.js';
import { reduceVolume, removeVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Lv } from '#metadata/metadata.js';
import { convertVolume } from '#metadata/raid/convert.js';
import { splitVolume } from '#metadata/raid/split.js';
import { repairVolume } from '#metadata/repair.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('checksums of the images of raid');
const partIds = partIdsFlag(undefined);

/** A raid1 of two images, with checksums. */
function given(pvs: string[] = []): Draft {
  const d = draftOf([32, 32, 32]);
  create(d, 'a', '8', { type: 'raid1' });
  assert.equal(give(d, pvs), []);
  assert.equal(findProblems(d), []);
  return d;
}

function give(d: Draft, pvs: string[] = []): string[] {
  return giveIntegrity(d, 'a', { mode: 'bitmap', algorithm: 'xxhash64', blockSize: 4096, pvs, partIds });
}

const idOf = (d: Draft, name: string): string => d.idOf(name) ?? '';
const names = (d: Draft): string[] => Object.values(d.lvs).map((lv) => lv.name).sort(); // biome-ignore format: one line
/** On which PVs, by number, a volume lies. */
const pvsOf = (d: Draft, name: string): string => layoutOf(d, name).join(' ').match(/\d(?=:\d+-)/g)?.join('') ?? ''; // biome-ignore format: one line
const parts = (i: number): string[] => ['', '_imeta', '_iorig'].map((end) => `a_rimage_${i}${end}`);
const metas = ['a_rmeta_0', 'a_rmeta_1'];

test('each image has its own, beside it; the raid is as it was', () => {
  const d = given();
  assert.equal(names(d), ['a', ...parts(0), ...parts(1), ...metas].sort());
  assert.equal([pvsOf(d, 'a_rimage_0_iorig'), pvsOf(d, 'a_rimage_0_imeta')], ['0', '0']);
  assert.equal([pvsOf(d, 'a_rimage_1_iorig'), pvsOf(d, 'a_rimage_1_imeta')], ['1', '1']);
  assert.equal(give(d), ['volume "a" has checksums already']);
});

test('or where it is said', () => {
  const d = given(['/dev/loop2']);
  assert.equal([pvsOf(d, 'a_rimage_0_imeta'), pvsOf(d, 'a_rimage_1_imeta')], ['2', '2']);
});

test('they go, and with the volume', () => {
  const d = given();
  assert.equal(dropIntegrity(d, 'a'), []);
  assert.equal(names(d), ['a', 'a_rimage_0', 'a_rimage_1', ...metas]);
  assert.equal(dropIntegrity(d, 'a'), ['volume "a" has no checksums']);
  give(d);
  removeVolumes(d, ['a']);
  assert.equal(names(d), []);
});

test('an image in place of another has them as the others do', () => {
  const d = given();
  repairVolume(d, { volume: 'a', replace: ['/dev/loop0'], pvs: [], partIds });
  assert.equal(findProblems(d), []);
  assert.equal(names(d), ['a', ...parts(0), ...parts(1), ...metas].sort());
  const { mode, algorithm, blockSize } = integritySegment(d.lvs[idOf(d, 'a_rimage_0')]) ?? {};
  assert.equal([mode, algorithm, blockSize], ['bitmap', 'xxhash64', 4096]);
  assert.is(pvsOf(d, 'a_rimage_0_iorig'), '2');
});

test('an image goes with the device that its checksums lie on', async () => {
  const d = given(['/dev/loop2']);
  await fails(() => repairVolume(d, { volume: 'a', replace: ['/dev/loop2'], pvs: [], partIds }), 'too-few-images', 84);
});

test('nothing else changes with them', async () => {
  const d = given();
  await fails(() => convertVolume(d, { volume: 'a', mirrors: 2, pvs: [], partIds }), 'has-integrity', 83);
  await fails(() => splitVolume(d, { volume: 'a', name: 'b', pvs: [] }), 'has-integrity', 83);
  await fails(() => extendVolume(d, { volume: 'a', pvs: [], extents: '+1' }), 'layered-image', 83);
  await fails(() => reduceVolume(d, 'a', { extents: '-1' }), 'layered-image', 83);
});

test('raid0 has none: there is nothing to read instead', async () => {
  const d = draftOf([32, 32]);
  create(d, 'a', '8', { type: 'raid0' });
  await fails(() => give(d), 'no-integrity', 83);
  assert.is((d.lvs[idOf(d, 'a')] as Lv).segments.length, 1);
});

test.run();
