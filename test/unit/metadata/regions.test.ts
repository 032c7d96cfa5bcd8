import { placeType } from '#documents/place.js';
import { Draft } from '#metadata/draft.js';
import { placeRegion } from '#metadata/pv-place.js';
import { reservePvs } from '#metadata/pv-reserve.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf, MIB, metadataOf, pvId } from './fixtures.js';

/** One PV of 20 extents of 4 MiB from 1 MiB on; the device has these regions. */
function withRegions(...regions: [start: number, length: number][]): Draft {
  const { before, envelope, devices } = draftOf([20]);
  const list = regions.map(([start, length]) => ({ start: start * MIB, length: length * MIB }));
  const device = { ...devices?.[pvId(0)], regions: list } as NonNullable<typeof devices>[string];
  return new Draft(before, { ...(envelope ? { envelope } : {}), devices: { [pvId(0)]: device } });
}

const range = (start: number, length: number) => ({ start: start * MIB, length: length * MIB });
const reservedOf = (d: Draft) => d.pvs[pvId(0)]?.reserved?.map((r) => `${r.extent}+${r.count}`).join(' ');

const reserve = suite('pv_reserve');

reserve('the extents that regions touch, those to come and those there, and no others', () => {
  const d = withRegions([1, 4]);
  reservePvs(d, ['/dev/loop0'], [range(12, 2)]);
  assert.is(reservedOf(d), '0+1 2+2');
  reservePvs(d, [pvId(0)], [range(12, 2)]);
  assert.is(reservedOf(d), '0+1 2+2', 'twice is once');
  reservePvs(d, [pvId(0)], []);
  assert.is(reservedOf(d), '0+1', 'what no region needs is given up');
  create(d, 'a', '3');
  assert.equal(layoutOf(d, 'a'), ['0: 0:1-3']);
});

reserve('nothing to do leaves the very document', () => {
  const d = withRegions();
  reservePvs(d, [pvId(0)], []);
  assert.is(d.result(), d.before);
});

reserve('refused: extents in use, ranges that are none, PVs that are none', async () => {
  const d = withRegions();
  create(d, 'a', '3');
  const e = await fails(
    () => reservePvs(d, [pvId(0)], [range(12, 4)]),
    'extents-in-use',
    83,
    /under its regions are used by "a"/,
  );
  assert.equal((e.details as { volumes: string[] }).volumes, ['a']);
  await fails(() => reservePvs(d, [pvId(0)], [range(0.5, 4)]), 'bad-region', 64);
  await fails(() => reservePvs(d, [pvId(0)], [range(80, 4)]), 'bad-region', 64);
  await fails(() => reservePvs(d, ['/dev/none'], []), 'no-pv', 80);
  await fails(() => reservePvs(new Draft(metadataOf([5])), [pvId(0)], []), 'no-devices', 65);
});

const place = suite('pv_place');
const at = (d: Draft, length: number, region?: [number, number]) =>
  placeRegion(d, pvId(0), length * MIB, region && range(...region)).start / MIB;

place('where the region is, when what follows is free', () => {
  const d = withRegions([1, 4]);
  assert.is(at(d, 16, [1, 4]), 1);
  create(d, 'a', '1', { pvs: [`${pvId(0)}:5`] });
  assert.is(at(d, 20, [1, 4]), 1, 'up to the volume');
  assert.is(at(d, 21, [1, 4]), 25, 'behind it');
});

place('another region is in the way like a volume', () => {
  assert.is(at(withRegions([1, 4], [6, 4]), 5, [1, 4]), 1);
  assert.is(at(withRegions([1, 4], [6, 4]), 6, [1, 4]), 13, 'at the next whole extent');
});

place('before extent 0 where nothing else is, else the shortest run that is long enough', () => {
  const d = withRegions();
  d.setPv(pvId(0), { dataStart: 9 * MIB, extents: 18 });
  assert.is(at(d, 8), 1);
  create(d, 'a', '1', { pvs: [`${pvId(0)}:3`] });
  create(d, 'b', '1', { pvs: [`${pvId(0)}:6`] });
  assert.is(at(d, 20), 1, 'and on to the volume');
  assert.is(at(d, 21), 37, 'behind b');
});

place('none: the largest possible is told', async () => {
  const d = withRegions();
  create(d, 'a', '10', { pvs: [`${pvId(0)}:5-14`] });
  const e = await fails(() => at(d, 21), 'no-space', 82, /no room for a region of 21M in one piece/);
  assert.match(e.hint ?? '', /at most 20M are possible/);
  create(d, 'b', '10', { pvs: [pvId(0)] });
  assert.not.match((await fails(() => at(d, 4), 'no-space', 82)).hint ?? '', /are possible/);
  await fails(() => placeRegion(d, pvId(0), 5), 'bad-region', 64);
});

place('the document is a place', () => {
  const found = placeRegion(withRegions(), '/dev/loop0', 4 * MIB);
  assert.equal(placeType.parse({ kind: 'place', version: 1, ...found }, 'x'), {
    kind: 'place',
    version: 1,
    pv: pvId(0),
    start: MIB,
    length: 4 * MIB,
  });
});

reserve.run();
place.run();
