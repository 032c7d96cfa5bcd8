import { findProblems } from '#metadata/check.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid-resize.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf } from './fixtures.js';

const test = suite('rules of raid segments');

/** What is said of a raid5 of three images when something about it is wrong. */
function problem(change: (raid: Raid) => Partial<Raid>): string {
  const d = draftOf([64, 64, 64, 64]);
  create(d, 'a', '8', { type: 'raid5' });
  const id = d.idOf('a') ?? '';
  const lv = d.lvs[id] as Lv;
  const raid = raidOf(lv) as Raid;
  d.setLv(id, { ...lv, segments: [{ ...raid, ...change(raid) }] });
  const first = findProblems(d).find((p) => p.code !== 'part-shared');
  return `${first?.code}: ${first?.message}`;
}

const wrong: Record<string, [(raid: Raid) => Partial<Raid>, string]> = {
  'not at the start': [() => ({ start: 4 }), 'segments: volume "a" has a segment at 4 where one at 0 is due'],
  'too few images': [(r) => ({ level: 'raid6_zr', areas: r.areas, count: 1 }), 'raid: volume "a" is a raid6_zr of 3 images'],
  'odd raid10': [
    (r) => ({ level: 'raid10', areas: [...r.areas, ...r.areas].slice(0, 5), count: 5 }),
    'of 5 images, an odd number',
  ],
  'parts of images': [(r) => ({ areas: r.areas.map((a) => ({ ...a, extent: 1 })) }), 'whose images are not whole volumes'],
  'records missing': [(r) => ({ metas: (r.metas ?? []).slice(1) }), "of 3 images with 2 for the kernel's records"],
  'records of raid0': [() => ({ level: 'raid0', count: 9 }), "is a raid0 of 3 images with 3 for the kernel's records"],
  'size in between': [() => ({ count: 7 }), 'whose 7 extents do not divide by its stripes'],
  'stripe size': [() => ({ stripeSize: 100 }), 'with a stripe size of 100 sectors: not a power of two'],
  'stripes of raid1': [() => ({ level: 'raid1', count: 4 }), 'is a raid1 with a stripe size'],
  'region size': [() => ({ regionSize: 64 }), 'with a region size of 64 sectors: not a power of two from its stripe size'],
  'an image that it lacks': [() => ({ rebuild: [3] }), 'is a raid5_ls of 3 images and names image 3'],
  'write-mostly': [() => ({ writeMostly: [1] }), 'is a raid5_ls with images that are only written'],
};

for (const [name, [change, message]] of Object.entries(wrong))
  test(name, () => {
    const said = problem(change);
    assert.ok(said.includes(message), said);
  });

test('one that keeps them', () =>
  assert.is(
    problem(() => ({ rebuild: [1] })),
    'undefined: undefined',
  ));

test.run();
