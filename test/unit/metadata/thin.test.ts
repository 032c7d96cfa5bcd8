import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { reduceVolume, removeVolumes, renameVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { mergeSnapshot } from '#metadata/merge.js';
import { repairVolume } from '#metadata/repair.js';
import { setLowWater } from '#metadata/thin/low-water.js';
import { poolSegment } from '#metadata/thin/segments.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, lvId } from './fixtures.js';
import { createPools, deviceOf, messages, places, pool, snapshot, thin } from './thin-fixtures.js';

const test = suite('thin pools and volumes');

/** A group of a pool, a volume and a snapshot, committed, with all told. */
function settled(): Draft {
  const draft = draftOf([100, 100]);
  createPools(draft);
  return committed(draft, true);
}

function committed(draft: Draft, told = false): Draft {
  const metadata = structuredClone(draft.result());
  if (told) for (const lv of Object.values(metadata.lvs)) delete poolSegment(lv)?.messages;
  return new Draft(metadata, { ...(draft.envelope ? { envelope: draft.envelope, devices: draft.devices ?? {} } : {}) });
}

test('a pool has data, metadata on another PV, and the group a spare before them', () => {
  const draft = draftOf([100, 100]);
  assert.equal(pool(draft, 'pool', { size: '40M' }), []);
  assert.equal(places(draft, 'lvol0_pmspare'), ['a:0+1']);
  assert.equal(places(draft, 'pool_tdata'), ['a:1+10']);
  assert.equal(places(draft, 'pool_tmeta'), ['b:0+1']);
  assert.equal(messages(draft), ['at 0']);
  assert.equal(findProblems(draft), []);
});

test('all that is free is shared by data, metadata and spare', () => {
  const draft = draftOf([50]);
  pool(draft, 'pool', { extents: '100%FREE' });
  assert.equal(
    [...places(draft, 'lvol0_pmspare'), ...places(draft, 'pool_tdata'), ...places(draft, 'pool_tmeta')],
    ['a:0+1', 'a:1+48', 'a:49+1'],
  );
});

test('chunks grow with the data, so that metadata stays below 128M', () => {
  const draft = draftOf([2 ** 20]);
  pool(draft, 'pool', { size: '3T' });
  assert.is(poolSegment(draft.lvs[draft.idOf('pool') ?? ''])?.chunkSize, 4096);
  assert.equal(
    places(draft, 'pool_tmeta').map((p) => p.split('+')[1]),
    ['24'],
  );
});

test('all that one change tells a pool is one transaction; later changes begin new ones', () => {
  const draft = draftOf([100]);
  createPools(draft);
  assert.equal(messages(draft), ['at 1', '1 create 1', '1 snapshot 2 origin 1']);
  const next = committed(draft);
  removeVolumes(next, ['thin']);
  thin(next, 'other');
  assert.equal(messages(next), ['at 2', '1 create 1', '1 snapshot 2 origin 1', '2 delete 1', '2 create 3']);
  assert.equal(findProblems(next), []);
});

test('a number that is still to be deleted is not given away', () => {
  const draft = settled();
  removeVolumes(draft, ['snap']);
  thin(draft, 'new');
  assert.is(deviceOf(draft, 'new'), 3);
});

test('with the last pool its spare goes; a pool goes with its volumes or not at all', async () => {
  const draft = settled();
  await fails(() => removeVolumes(draft, ['pool']), 'volume-in-use', 83);
  removeVolumes(draft, ['pool', 'thin', 'snap']);
  assert.equal(draft.lvs, {});
});

test('a volume goes back to a snapshot: it takes its number, and its old one is deleted', async () => {
  const draft = settled();
  const id = draft.idOf('thin');
  assert.match(mergeSnapshot(draft, 'snap').join(), /goes back to what it was when "snap" was made/);
  assert.is(draft.idOf('thin'), id);
  assert.is(deviceOf(draft, 'thin'), 2);
  assert.equal(messages(draft), ['at 2', '2 delete 1']);
  await fails(() => mergeSnapshot(draft, 'thin'), 'not-a-snapshot', 83);
});

test('a snapshot of a snapshot is one of the origin when the one between is merged', () => {
  const draft = settled();
  snapshot(draft, 'snap', 'deep');
  const next = committed(draft, true);
  mergeSnapshot(next, 'snap');
  const again = committed(next, true);
  mergeSnapshot(again, 'deep');
  assert.is(deviceOf(again, 'thin'), 3);
});

test('what cannot be merged', async () => {
  const draft = settled();
  create(draft, 'plain', '1');
  await fails(() => mergeSnapshot(draft, 'plain'), 'not-a-snapshot', 83);
  snapshot(draft, 'thin', 'new');
  await fails(() => mergeSnapshot(draft, 'new'), 'not-made-yet', 83);
  removeVolumes(draft, ['thin']);
  await fails(() => mergeSnapshot(draft, 'snap'), 'origin-gone', 83);
});

test('a thin volume grows and shrinks without taking extents', async () => {
  const draft = settled();
  const free = draft.free.of(Object.keys(draft.pvs)[0] ?? '');
  extendVolume(draft, { volume: 'thin', pvs: [], extents: '+100%LV' });
  assert.is(draft.lvs[draft.idOf('thin') ?? '']?.segments[0]?.count, 200);
  assert.equal(extendVolume(draft, { volume: 'thin', pvs: [], extents: '200' }), ['volume "thin" already has 200 extents']);
  assert.match(extendVolume(draft, { volume: 'thin', pvs: [], size: '801M' }).join(), /rounded up to 201/);
  await fails(() => extendVolume(draft, { volume: 'thin', pvs: [], extents: '+50%FREE' }), 'bad-size', 64);
  reduceVolume(draft, 'thin', { extents: '33' });
  assert.is(draft.lvs[draft.idOf('thin') ?? '']?.segments[0]?.count, 33);
  assert.is(draft.free.of(Object.keys(draft.pvs)[0] ?? ''), free);
});

test('a pool grows by its data, its metadata with the spare, or both, and never shrinks', async () => {
  const draft = settled();
  extendVolume(draft, { volume: 'pool', pvs: [], size: '+8M' });
  assert.is(draft.lvs[draft.idOf('pool') ?? '']?.segments[0]?.count, 6);
  extendVolume(draft, { volume: 'pool', pvs: [], metadataSize: '+8M' });
  const sizes = ['pool_tmeta', 'lvol0_pmspare'].map((n) =>
    draft.lvs[draft.idOf(n) ?? '']?.segments.reduce((sum, s) => sum + s.count, 0),
  );
  assert.equal(sizes, [3, 3]);
  assert.equal(findProblems(draft), []);
  await fails(() => reduceVolume(draft, 'pool', { extents: '-1' }), 'cannot-reduce', 83);
  await fails(
    () => extendVolume(draft, { volume: 'thin', pvs: [], extents: '+1', metadataSize: '+4M' }),
    'bad-size',
    64,
    /no metadata/,
  );
  const large = draftOf([2 ** 13]);
  createPools(large);
  await fails(() => extendVolume(large, { volume: 'pool', pvs: [], metadataSize: '16G' }), 'bad-size', 64, /15\.81G/);
});

test('renaming a pool renames what belongs to it, and no spare', () => {
  const draft = settled();
  renameVolume(draft, 'pool', 'heap');
  const names = Object.values(draft.lvs).map((lv) => lv.name);
  assert.equal(names.sort(), ['heap', 'heap_tdata', 'heap_tmeta', 'lvol0_pmspare', 'snap', 'thin']);
});

test('an external origin is read-only, and stays as long as anything reads it', async () => {
  const draft = settled();
  create(draft, 'base', '5');
  await fails(() => thin(draft, 'top', { externalOrigin: 'base' }), 'origin-writable', 83);
  await fails(() => thin(draft, 'top', { externalOrigin: 'pool' }), 'not-an-origin', 83);
  create(draft, 'fixed', '5', { readOnly: true });
  thin(draft, 'top', { externalOrigin: 'fixed', virtualSize: undefined });
  assert.is(draft.lvs[draft.idOf('top') ?? '']?.segments[0]?.count, 5);
  assert.equal(findProblems(draft), []);
  await fails(() => removeVolumes(draft, ['fixed']), 'volume-in-use', 83);
});

test('a repair: the spare becomes the metadata, the old one a volume, and there is a new spare', async () => {
  const draft = settled();
  const [old, spare] = ['pool_tmeta', 'lvol0_pmspare'].map((name) => draft.idOf(name) ?? '');
  assert.match(
    repairVolume(draft, { volume: 'pool', replace: [], pvs: [], partIds: () => lvId(900) }).join(),
    /is volume "pool_meta0" now/,
  );
  assert.equal([draft.idOf('pool_tmeta'), draft.idOf('pool_meta0'), draft.idOf('lvol0_pmspare')], [spare, old, lvId(900)]);
  assert.equal(findProblems(draft), []);
  create(draft, 'plain', '100%FREE');
  assert.match(
    repairVolume(draft, { volume: 'pool', replace: [], pvs: [], partIds: () => lvId(901) }).join(),
    /no room for another spare/,
  );
  await fails(() => repairVolume(draft, { volume: 'pool', replace: [], pvs: [], partIds: () => lvId(902) }), 'no-spare', 82);
  await fails(() => repairVolume(draft, { volume: 'plain', replace: [], pvs: [], partIds: () => lvId(903) }), 'no-repair', 83);
});

test('what is refused', async () => {
  const draft = settled();
  create(draft, 'plain', '1');
  await fails(() => thin(draft, 'x', { pool: 'plain' }), 'not-a-pool', 83);
  await fails(() => thin(draft, 'x', { virtualSize: undefined }), 'no-size', 64);
  await fails(() => thin(draft, 'x', { virtualSize: '0G' }), 'bad-size', 64, /is not a size/);
  await fails(() => snapshot(draft, 'plain', 'x'), 'no-size', 64);
  await fails(() => pool(draft, 'x', { extents: '0' }), 'bad-size', 64, /is 0/);
  await fails(() => pool(draft, 'x', { chunkSize: '96K' }), 'bad-chunk-size', 64);
  await fails(() => pool(draft, 'x', { metadataSize: '1M' }), 'bad-size', 64, /2M is the least/);
  await fails(() => pool(draft, 'x', { metadataSize: '16G' }), 'bad-size', 64, /15\.81G/);
  await fails(() => pool(draft, 'x', { extents: '1', chunkSize: '8M' }), 'bad-size', 64, /less than one chunk/);
});

test('a pool without a number left says so', async () => {
  const draft = settled();
  const id = draft.idOf('thin') ?? '';
  const lv = draft.lvs[id];
  if (lv?.segments[0]?.type !== 'thin') throw new Error('thin is thin');
  draft.setLv(id, { ...lv, segments: [{ ...lv.segments[0], device: 2 ** 24 - 1 }] });
  thin(draft, 'wrapped');
  assert.is(deviceOf(draft, 'wrapped'), 1);
});

test('a low water mark in chunks: of a size or a share, kept when the pool grows', async () => {
  const draft = draftOf([200, 200]);
  pool(draft, 'pool', { size: '400M', chunkSize: '1M' });
  const low = (): number | undefined => poolSegment(draft.lvs[draft.idOf('pool') ?? ''])?.lowWater;
  setLowWater(draft, 'pool', '20%');
  assert.is(low(), 80);
  extendVolume(draft, { volume: 'pool', size: '+200M', pvs: [] });
  assert.is(low(), 120);
  setLowWater(draft, 'pool', '10.5M');
  assert.is(low(), 10);
  setLowWater(draft, 'pool', '0');
  assert.is(low(), undefined);
  await fails(() => setLowWater(draft, 'pool', '600M'), 'bad-size', 64, 'is not below the size of thin pool "pool"');
  await fails(() => setLowWater(draft, 'pool_tdata', '1%'), 'hidden-volume', 83);
});

test.run();
