import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { partsOf } from '#metadata/kinds/kinds.js';
import { removeVolumes, renameVolume } from '#metadata/lv-edits.js';
import { raidOf } from '#metadata/raid-resize.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('raid volumes are made');

/** `NAME: START: PV:EXTENTS` of every hidden volume. */
export function parts(draft: Draft, name: string): string[] {
  return partsOf(draft.lvs, draft.idOf(name) ?? '').map((id) => {
    const part = draft.lvs[id]?.name ?? '';
    return `${part} ${layoutOf(draft, part).join(' ')}`;
  });
}

test('each image on a PV of its own, behind the extent of its records', () => {
  const d = draftOf([64, 64, 64]);
  assert.equal(create(d, 'a', '10', { type: 'raid1', mirrors: 2 }), []);
  assert.equal(parts(d, 'a'), [
    'a_rimage_0 0: 0:1-10',
    'a_rimage_1 0: 1:1-10',
    'a_rimage_2 0: 2:1-10',
    'a_rmeta_0 0: 0:0-0',
    'a_rmeta_1 0: 1:0-0',
    'a_rmeta_2 0: 2:0-0',
  ]);
  assert.equal(findProblems(d), []);
});

test('levels by the names that users and the kernel have, with as many images as they need', () => {
  const images = (type: 'raid5', more: object): string => {
    const d = draftOf([64, 64, 64, 64, 64, 64]);
    create(d, 'a', '12', { type, ...more });
    assert.equal(findProblems(d), []);
    const raid = raidOf(d.lvs[d.idOf('a') ?? ''] ?? { segments: [] });
    return `${raid?.level} ${raid?.areas.length} ${raid?.count} ${raid?.metas?.length} ${raid?.stripeSize} ${raid?.regionSize}`;
  };
  const of = (type: string, more = {}): string => images(type as 'raid5', more);
  assert.is(of('raid0'), 'raid0 2 12 undefined 128 undefined');
  assert.is(of('raid1'), 'raid1 2 12 2 undefined 4096');
  assert.is(of('raid4'), 'raid4 3 12 3 128 4096');
  assert.is(of('raid5', { stripes: 5 }), 'raid5_ls 6 15 6 128 4096');
  assert.is(of('raid5_n', { stripeSize: 64, regionSize: 1024 }), 'raid5_n 3 12 3 64 1024');
  assert.is(of('raid6'), 'raid6_zr 5 12 5 128 4096');
  assert.is(of('raid10', { stripes: 3, mirrors: 1 }), 'raid10 6 12 6 128 4096');
});

test('no PV carries two images, not even where that alone would do', async () => {
  const d = draftOf([64, 8]);
  const e = await fails(() => create(d, 'a', '10', { type: 'raid1', allocation: 'anywhere' }), 'no-space', 82);
  assert.match(e.message, /volume "a" needs 2 images of 10 extents \(.*\), each on PVs of its own: 1 of the usable PVs/);
  assert.match(e.hint ?? '', /images of up to 7 extents .* are possible/);
});

test('an image over several PVs keeps them to itself', () => {
  const d = draftOf([8, 8, 8, 8]);
  create(d, 'a', '12', { type: 'raid1' });
  assert.equal(parts(d, 'a').slice(0, 2), ['a_rimage_0 0: 0:1-7 7: 2:0-4', 'a_rimage_1 0: 1:1-7 7: 3:0-4']);
  assert.equal(findProblems(d), []);
});

test('contiguous: one run an image; cling: one PV an image', async () => {
  const d = draftOf([8, 8, 8, 8]);
  await fails(() => create(d, 'a', '12', { type: 'raid1', allocation: 'contiguous' }), 'no-space', 82);
  await fails(() => create(d, 'a', '12', { type: 'raid1', allocation: 'cling' }), 'no-space', 82);
});

test('a share of what is free counts parity and copies', () => {
  const d = draftOf([33, 33, 33]);
  create(d, 'a', '100%FREE', { type: 'raid5' });
  assert.equal(findProblems(d), []);
  assert.is(raidOf(d.lvs[d.idOf('a') ?? ''] ?? { segments: [] })?.count, 64);
});

test('small extents: the records take as many as they need', () => {
  const d = draftOf([4000, 4000], { vg: { extentSize: 8, allocation: 'normal' } });
  create(d, 'a', '2048', { type: 'raid1', regionSize: 8 });
  assert.equal(parts(d, 'a').slice(2), ['a_rmeta_0 0: 0:0-1', 'a_rmeta_1 0: 1:0-1']);
});

test('what cannot be is refused', async () => {
  const d = draftOf([64, 64, 64]);
  const refused = (code: string, more: object, message: RegExp) => fails(() => create(d, 'a', '10', more), code, 64, message);
  await refused('bad-mirrors', { type: 'raid5', mirrors: 1 }, /a raid5_ls volume has no 1 mirrors/);
  await refused('bad-mirrors', { type: 'raid1', mirrors: 0 }, /a raid1 volume of 0 mirrors would have 1 images/);
  await refused('bad-stripes', { type: 'raid1', stripes: 2 }, /a raid1 volume has no stripes/);
  await refused('bad-stripes', { type: 'raid6', stripes: 1 }, /a raid6_zr volume of 1 stripes would have 3 images/);
  await refused('bad-stripes', { type: 'linear', stripes: 2 }, /a linear volume does not have 2 stripes/);
  await refused('bad-mirrors', { mirrors: 1 }, /a linear volume has no mirrors or regions/);
  await refused('bad-region-size', { regionSize: 4096 }, /a linear volume has no mirrors or regions/);
  await refused('bad-region-size', { type: 'raid1', regionSize: 5000 }, /region size .* is not a power of two from 4K to/);
  await refused('bad-stripe-size', { type: 'raid5', stripeSize: 100 }, /stripe size/);
  await refused('bad-name', { type: 'raid1', name: 'n'.repeat(122) }, /longer than 127 bytes/);
});

test('hidden volumes are renamed and removed with theirs', () => {
  const d = draftOf([64, 64]);
  create(d, 'a', '10', { type: 'raid1' });
  renameVolume(d, 'a', 'b');
  assert.equal(parts(d, 'b')[3], 'b_rmeta_1 0: 1:0-0');
  removeVolumes(d, ['b']);
  assert.equal(d.lvs, {});
});

test.run();
