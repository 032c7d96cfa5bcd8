import { minorOf } from '#metadata/flags.js';
import { reduceVolume, setVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { setGroup } from '#metadata/vg-set.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, lvId } from './fixtures.js';

const test = suite('volumes that lie nowhere, minor numbers, activation at boot');
const none = { addTags: [], delTags: [] };

test('error and zero volumes take no space, and are larger than the group if wanted', () => {
  const d = draftOf([16]);
  create(d, 'z', '1000', { id: lvId(900), type: 'zero' });
  assert.equal(d.lvs[lvId(900)]?.segments, [{ start: 0, count: 1000, type: 'zero', areas: [] }]);
  create(d, 'e', '25%VG', { id: lvId(901), type: 'error' });
  assert.is(d.lvs[lvId(901)]?.segments[0]?.count, 4);
  create(d, 'data', '16');
});

test('they grow and shrink', () => {
  const d = draftOf([16]);
  create(d, 'z', '4', { id: lvId(900), type: 'zero' });
  assert.equal(extendVolume(d, { volume: 'z', pvs: [], size: '+5M' }), ['volume "z": rounded up to 6 extents, 24M']);
  assert.equal(extendVolume(d, { volume: 'z', pvs: [], extents: '6' }), ['volume "z" already has 6 extents']);
  reduceVolume(d, 'z', { extents: '3' });
  assert.equal(d.lvs[lvId(900)]?.segments, [{ start: 0, count: 3, type: 'zero', areas: [] }]);
});

test('nothing is said of where they lie', async () => {
  const d = draftOf([16, 16]);
  create(d, 'z', '4', { type: 'zero' });
  const message = (option: string) => `a volume of type "zero" lies nowhere: "${option}" says nothing of it`;
  for (const [option, more] of Object.entries({
    pvs: { pvs: ['/dev/loop0'] },
    stripes: { stripes: 2 },
    stripeSize: { stripeSize: 8 },
    mirrors: { mirrors: 1 },
    regionSize: { regionSize: 8 },
  }))
    await fails(() => create(d, 'x', '4', { type: 'zero', ...more }), 'bad-option', 64, message(option));
  await fails(() => extendVolume(d, { volume: 'z', pvs: ['/dev/loop0'], extents: '+1' }), 'bad-option', 64, message('pvs'));
  await fails(() => extendVolume(d, { volume: 'z', pvs: [], extents: '3' }), 'not-larger', 64);
  await fails(() => create(d, 'x', '0', { type: 'zero' }), 'bad-size', 64);
});

test('a minor number is given, changed and taken away; no two volumes have one', async () => {
  const d = draftOf([16]);
  create(d, 'a', '1', { id: lvId(900), minor: 7 });
  create(d, 'b', '1', { id: lvId(901), minor: 'none' });
  const minors = () => [lvId(900), lvId(901)].map((id) => d.lvs[id]?.minor);
  assert.equal(minors(), [7, undefined]);
  await fails(() => create(d, 'c', '1', { minor: 7 }), 'minor-taken', 81, 'minor number 7 belongs to volume "a"');
  await fails(() => setVolumes(d, ['b'], { ...none, minor: 7 }), 'minor-taken', 81);
  assert.equal(setVolumes(d, ['b'], { ...none, minor: 8 }), [
    'volume "b": its device gets that number when it is next activated',
  ]);
  assert.equal(setVolumes(d, ['b'], { ...none, minor: 8 }), []);
  setVolumes(d, ['a'], { ...none, minor: 'none' });
  setVolumes(d, ['b'], { ...none, minor: 7 });
  assert.equal(minors(), [undefined, 7]);
});

test('minor numbers as the command line gives them', async () => {
  assert.equal(['0', '1048575', 'none', undefined].map(minorOf), [0, 1_048_575, 'none', undefined]);
  for (const text of ['1048576', '-1', '1.5', 'any', ''])
    await fails(() => minorOf(text), 'bad-minor', 64, `minor number "${text}" is not one from 0 to 1048575, nor "none"`);
});

test('a group is kept down at boot, and no more', () => {
  const d = draftOf([16]);
  setGroup(d, { ...none, autoactivate: 'off' });
  assert.is(d.vg.autoactivate, false);
  setGroup(d, none);
  assert.is(d.vg.autoactivate, false);
  setGroup(d, { ...none, autoactivate: 'on' });
  assert.equal(d.result().vg, d.before.vg);
});

test.run();
