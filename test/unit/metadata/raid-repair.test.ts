import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid/resize.js';
import { repairVolume } from '#metadata/repair.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('raid volumes are repaired');

const repair = (d: Draft, replace: string[] = [], pvs: string[] = []): string[] =>
  repairVolume(d, { volume: 'a', replace, pvs, partIds: partIdsFlag(undefined) });
const raid = (d: Draft): Raid => raidOf(d.lvs[d.idOf('a') ?? ''] as Lv) as Raid;

function mark(d: Draft, more: Partial<Raid>): void {
  const id = d.idOf('a') ?? '';
  d.setLv(id, { ...(d.lvs[id] as Lv), segments: [{ ...raid(d), ...more }] });
}

/** A raid5 of three images on five PVs, some of whose devices are gone. */
function damaged(...lost: number[]): Draft {
  const d = draftOf([32, 32, 32, 32, 32]);
  create(d, 'a', '20', { type: 'raid5', pvs: ['/dev/loop0', '/dev/loop1', '/dev/loop2'] });
  const devices = Object.fromEntries(Object.entries(d.devices ?? {}).filter((_, i) => !lost.includes(i)));
  return new Draft(d.result(), { ...(d.envelope && { envelope: d.envelope }), devices });
}

test('an image on a missing device is replaced, on a PV without another', () => {
  const d = damaged(1);
  const old = raid(d).areas[1]?.lv ?? '';
  assert.match(repair(d).join(), /image 1 replaced/);
  assert.equal([layoutOf(d, 'a_rimage_1'), layoutOf(d, 'a_rmeta_1')], [['0: 3:1-10'], ['0: 3:0-0']]);
  assert.equal([raid(d).rebuild, Object.hasOwn(d.lvs, old)], [[1], false]);
  assert.equal(findProblems(d), []);
});

test('one that the kernel has given up, not on the same device', () => {
  const d = damaged();
  mark(d, { failed: [2] });
  repair(d);
  assert.equal([layoutOf(d, 'a_rimage_2'), raid(d).failed, raid(d).rebuild], [['0: 3:1-10'], undefined, [2]]);
});

test('one that is named although it is there', async () => {
  const d = damaged();
  assert.equal(repair(d), ['volume "a" has all its images: nothing to repair']);
  repair(d, ['/dev/loop0'], ['/dev/loop4']);
  assert.equal(layoutOf(d, 'a_rimage_0'), ['0: 4:1-10']);
  await fails(() => repair(d, ['/dev/sdx']), 'no-pv', 80);
});

test('not where too little is left, nor where nothing is redundant, nor without room', async () => {
  await fails(() => repair(damaged(0, 1)), 'too-few-images', 84, /only 1 are whole/);
  const d = damaged(0);
  mark(d, { syncing: [2] });
  await fails(() => repair(d), 'too-few-images', 84);
  await fails(() => repair(damaged(0, 3, 4)), 'no-space', 82, /needs an image of 11 extents/);
  const plain = draftOf([32]);
  create(plain, 'a', '4');
  await fails(() => repair(plain), 'no-repair', 83);
});

test.run();
