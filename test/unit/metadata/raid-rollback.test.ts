import { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import type { Raid } from '#metadata/kinds/raid.js';
import { removeVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Lv, Metadata } from '#metadata/metadata.js';
import { convertVolume } from '#metadata/raid/convert.js';
import { raidOf } from '#metadata/raid/resize.js';
import { repairVolume } from '#metadata/repair.js';
import { rollBack } from '#metadata/rollback.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails } from './fixtures.js';

const test = suite('raid volumes go back');
const partIds = partIdsFlag(undefined);

/** The segment of volume `a` when a raid1 of three images goes back to before an edit. */
function back(edit: (d: Draft) => void, force = false): Raid | undefined {
  const first = draftOf([64, 64, 64, 64]);
  create(first, 'a', '8', { type: 'raid1', mirrors: 2 });
  const old: Metadata = first.result();
  const now = new Draft(old, { ...(first.devices && { devices: first.devices }) });
  edit(now);
  const { metadata } = rollBack(new Draft(now.result()), { old, steps: [], force });
  return raidOf(metadata.lvs[first.idOf('a') ?? ''] as Lv);
}

test('images that were off meanwhile are built anew, whatever the kernel wrote of them', () => {
  const raid = back((d) => convertVolume(d, { volume: 'a', mirrors: 1, pvs: ['/dev/loop1'], partIds }));
  assert.equal([raid?.areas.length, raid?.rebuild], [3, [1]]);
  assert.equal(back((d) => repairVolume(d, { volume: 'a', replace: ['/dev/loop0'], pvs: [], partIds }))?.rebuild, [0]);
});

test('images that were there all the time keep their state', () => {
  const raid = back((d) => {
    const id = d.idOf('a') ?? '';
    const segment = raidOf(d.lvs[id] as Lv) as Raid;
    d.setLv(id, { ...(d.lvs[id] as Lv), segments: [{ ...segment, failed: [2], syncing: [1] }] });
    extendVolume(d, { volume: 'a', extents: '+1', pvs: [] });
  });
  assert.equal([raid?.count, raid?.rebuild, raid?.syncing, raid?.failed], [8, undefined, [1], [2]]);
});

test('a volume that was removed comes back as it was', () => {
  assert.is(back((d) => removeVolumes(d, ['a']))?.rebuild, undefined);
});

test('a volume that is linear now does not become what it was', async () => {
  const edit = (d: Draft): unknown => convertVolume(d, { volume: 'a', mirrors: 0, pvs: [], partIds });
  await fails(() => back(edit), 'images-stale', 83, /a raid1 of 3 images then, of which 3 lack/);
});

test.run();
