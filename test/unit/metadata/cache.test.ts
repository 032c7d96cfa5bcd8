import { removeCache } from '#metadata/cache/remove.js';
import { parseSettings, setCache } from '#metadata/cache/settings.js';
import { cacheChunkFor, cacheMetadataFor } from '#metadata/cache/sizes.js';
import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { reduceVolume, removeVolumes, renameVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { repairVolume } from '#metadata/repair.js';
import { sizeOf } from '#metadata/segments.js';
import { createSnapshot } from '#metadata/snapshot.js';
import { assert, suite } from '#test/support/check.js';
import { cache, cacheOf, change, partIds } from './cache-fixtures.js';
import { create, draftOf, fails, layoutOf, lvId } from './fixtures.js';
import { createPools } from './thin-fixtures.js';

const test = suite('caches');

/** A volume `a` of 8 extents on the first PV. */
function group(): Draft {
  const draft = draftOf([64, 64]);
  create(draft, 'a', '8');
  return draft;
}

const names = ({ lvs }: Draft): string[] => Object.values(lvs).map((lv) => lv.name).sort(); // biome-ignore format: one line
const off = (draft: Draft, more = {}) => removeCache(draft, { volume: 'a', drop: false, force: false, ...more });

test('a cache is three hidden volumes below, on other PVs, and the spare', () => {
  const draft = group();
  const id = draft.idOf('a');
  assert.equal(cache(draft, 'a'), []);
  assert.equal(names(draft), ['a', 'a_cdata', 'a_cmeta', 'a_corig', 'lvol0_pmspare']);
  assert.is(draft.idOf('a'), id);
  assert.equal(layoutOf(draft, 'a_corig'), ['0: 0:0-7']);
  assert.equal(layoutOf(draft, 'a_cdata'), ['0: 1:0-3']);
  assert.equal(layoutOf(draft, 'a_cmeta'), ['0: 1:4-5']);
  const { mode, policy, chunkSize, count } = cacheOf(draft, 'a') ?? {};
  assert.equal([mode, policy, chunkSize, count], ['writethrough', 'smq', 128, 8]);
  assert.equal(findProblems(draft), []);
});

test('sizes follow from each other, as LVM2 has them', async () => {
  assert.equal([cacheChunkFor(2 ** 21), cacheChunkFor(2 ** 31)], [128, 2176]);
  assert.is(cacheMetadataFor(163840 * 128, 128), 8192 + 8960);
  const bad = (more: Parameters<typeof cache>[2], code: string, exit: number) =>
    fails(() => cache(group(), 'a', more), code, exit);
  await bad({ chunkSize: '48K' }, 'bad-chunk-size', 64);
  await bad({ chunkSize: '2G' }, 'bad-chunk-size', 64);
  await bad({ metadataSize: '1M' }, 'bad-size', 64);
  await bad({ metadataSize: '17G' }, 'bad-size', 64);
  await bad({ size: '0' }, 'bad-size', 64);
  await bad({ size: '1T' }, 'no-space', 82);
  const draft = group();
  cache(draft, 'a', { extents: '100%PVS', pvs: ['/dev/loop1'] });
  assert.is(sizeOf(draft.lvs[draft.idOf('a_cdata') ?? ''] ?? { name: '', segments: [] }), 60);
});

test('what could not be cached by itself is refused', async () => {
  const draft = group();
  createPools(draft);
  createSnapshot(draft, {
    ...{ id: lvId(77), name: 's', origin: 'a', created: '', tags: [], readOnly: false, autoactivate: true },
    size: '8M',
    pvs: [],
  });
  await fails(() => cache(draft, 'thin'), 'cannot-cache', 83, /"thin" is thin/);
  await fails(() => cache(draft, 's'), 'cannot-cache', 83, /"s" is a snapshot/);
  cache(draft, 'a');
  await fails(() => cache(draft, 'a'), 'cannot-cache', 83, /cached already/);
  await fails(() => cache(draft, 'nothing'), 'no-volume', 80);
});

test('of a pool its data is cached, and grows under it', () => {
  const draft = draftOf([64, 64]);
  createPools(draft);
  cache(draft, 'pool');
  assert.is(cacheOf(draft, 'pool_tdata')?.count, 4);
  extendVolume(draft, { volume: 'pool', size: '+8M', pvs: [] });
  assert.is(cacheOf(draft, 'pool_tdata')?.count, 6);
  renameVolume(draft, 'pool', 'heap');
  assert.ok(names(draft).includes('heap_tdata_corig'));
  assert.equal(findProblems(draft), []);
  removeVolumes(draft, ['thin', 'snap', 'heap']);
  assert.equal(names(draft), []);
});

test('it grows under its cache, raid too, and does not shrink', async () => {
  const draft = draftOf([64, 64]);
  create(draft, 'a', '8', { type: 'raid1' });
  cache(draft, 'a');
  extendVolume(draft, { volume: 'a', size: '+8M', pvs: [] });
  assert.is(cacheOf(draft, 'a')?.count, 10);
  assert.is(draft.lvs[draft.idOf('a_corig') ?? '']?.segments[0]?.count, 10);
  assert.equal(findProblems(draft), []);
  await fails(() => reduceVolume(draft, 'a', { size: '-4M' }), 'cannot-reduce', 83, /is cached/);
});

test('off: marked, and not writeback any more; said once', () => {
  const draft = group();
  assert.match(off(draft).join(), /is not cached/);
  cache(draft, 'a', { mode: 'writeback', settings: { migration_threshold: 1 } });
  assert.match(off(draft).join(), /goes when everything is written back/);
  const { mode, policy, dirty, settings } = cacheOf(draft, 'a') ?? {};
  assert.equal([mode, policy, dirty, settings], ['writethrough', 'cleaner', true, undefined]);
  assert.match(off(draft).join(), /being written back already/);
  setCache(draft, draft.idOf('a') ?? '', {});
  assert.is(cacheOf(draft, 'a')?.policy, 'smq');
});

test('dropped at once where nothing is lost, or where that is wanted', async () => {
  const draft = group();
  cache(draft, 'a');
  assert.match(off(draft, { drop: true }).join(), /nothing is lost/);
  assert.equal(names(draft), ['a']);
  assert.equal(layoutOf(draft, 'a'), ['0: 0:0-7']);
  const dirty = group();
  cache(dirty, 'a', { mode: 'writeback' });
  await fails(() => off(dirty, { drop: true }), 'cache-dirty', 83);
  assert.match(off(dirty, { drop: true, force: true }).join(), /is lost/);
  assert.equal(names(dirty), ['a']);
});

test('from writeback the way to passthrough leads by being written back', async () => {
  const draft = group();
  cache(draft, 'a', { mode: 'writeback' });
  const id = draft.idOf('a') ?? '';
  await fails(() => setCache(draft, id, { mode: 'passthrough' }), 'cache-dirty', 83);
  setCache(draft, id, { mode: 'writethrough', settings: parseSettings(['migration_threshold=4']) });
  assert.equal([cacheOf(draft, 'a')?.dirty, cacheOf(draft, 'a')?.settings], [true, { migration_threshold: 4 }]);
  await fails(() => setCache(draft, id, { mode: 'passthrough' }), 'cache-dirty', 83);
  setCache(draft, id, { mode: 'writeback' });
  assert.is(cacheOf(draft, 'a')?.dirty, undefined);
  await fails(() => parseSettings(['a']), 'bad-setting', 64);
});

test('damaged metadata gives way to the spare; of cached raid the images are repaired', async () => {
  const draft = group();
  cache(draft, 'a');
  const before = cacheOf(draft, 'a')?.meta;
  const notes = repairVolume(draft, { volume: 'a', replace: [], pvs: [], partIds });
  assert.match(notes.join(), /old metadata of the cache of volume "a" is volume "a_meta0"/);
  assert.is.not(cacheOf(draft, 'a')?.meta, before);
  assert.equal(findProblems(draft), []);
  const bare = group();
  cache(bare, 'a', { spare: false });
  await fails(() => repairVolume(bare, { volume: 'a', replace: [], pvs: [], partIds }), 'no-spare', 82);
  const raid = draftOf([64, 64, 64]);
  create(raid, 'a', '4', { type: 'raid1' });
  cache(raid, 'a');
  assert.match(
    repairVolume(raid, { volume: 'a', replace: ['/dev/loop0'], pvs: [], partIds }).join(),
    /"a_corig": image 0 replaced/,
  );
  assert.match(
    repairVolume(raid, { volume: 'a', replace: [], pvs: [], cache: true, partIds }).join(),
    /old metadata of the cache/,
  );
  await fails(() => repairVolume(group(), { volume: 'a', replace: [], pvs: [], cache: true, partIds }), 'no-repair', 83);
});

test('what a segment may not say', () => {
  const wrong = (more: Parameters<typeof change>[2]): string => {
    const draft = group();
    cache(draft, 'a');
    change(draft, 'a', more);
    return findProblems(draft).map((p) => p.message).join('; '); // biome-ignore format: one line
  };
  assert.match(wrong({ chunkSize: 100 }), /in chunks of 100 sectors/);
  assert.match(wrong({ count: 7 }), /has 7 extents, and what it caches 8/);
  assert.match(wrong({ start: 1 }), /cached behind another segment/);
  assert.match(wrong({ areas: [{ pv: 'pvaaaaaaaaaaaaaaaaaa', extent: 40 }] }), /a cache over no volume/);
});

test.run();
