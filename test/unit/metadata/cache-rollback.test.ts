import { removeCache } from '#metadata/cache/remove.js';
import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { removeVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { rollBack } from '#metadata/rollback.js';
import { assert, suite } from '#test/support/check.js';
import { cache, cacheOf } from './cache-fixtures.js';
import { create, draftOf, fails, layoutOf } from './fixtures.js';

const test = suite('going back with caches');

/** A volume `a`, cached if wanted, then changed. Goes back. */
function after(cached: boolean, change: (draft: Draft) => void): Draft {
  const first = draftOf([64, 64]);
  create(first, 'a', '8');
  if (cached) cache(first, 'a');
  const draft = new Draft(first.result());
  change(draft);
  return new Draft(rollBack(new Draft(draft.result()), { old: first.result(), steps: [], force: true }).metadata);
}

const drop = (draft: Draft) => removeCache(draft, { volume: 'a', drop: true, force: true });

test('a cache that was taken off since does not come back', () => {
  const draft = after(true, drop);
  assert.equal(layoutOf(draft, 'a'), ['0: 0:0-7']);
  assert.equal([draft.idOf('a_corig'), draft.idOf('a_cdata'), draft.idOf('a_cmeta')], [undefined, undefined, undefined]);
  assert.equal(findProblems(draft), []);
});

test('nor does another one in its place keep what it may hold to itself', async () => {
  const again = (mode: 'writethrough' | 'writeback') => (draft: Draft) => {
    drop(draft);
    cache(draft, 'a', { mode });
  };
  assert.is(cacheOf(after(true, again('writethrough')), 'a'), undefined);
  await fails(() => after(true, again('writeback')), 'cache-dirty', 83);
  await fails(() => after(false, (d) => cache(d, 'a', { mode: 'writeback' })), 'cache-dirty', 83);
  assert.is(cacheOf(after(false, (d) => cache(d, 'a')), 'a'), undefined); // biome-ignore format: one line
});

test('one that is there all the time stays as it is', async () => {
  const draft = after(true, (d) => removeCache(d, { volume: 'a', drop: false, force: false }));
  assert.is(cacheOf(draft, 'a')?.policy, 'cleaner');
  await fails(() => after(true, (d) => extendVolume(d, { volume: 'a', size: '+4M', pvs: [] })), 'cache-smaller', 83);
});

test('a volume that was removed comes back with its cache as it was', () => {
  const draft = after(true, (d) => removeVolumes(d, ['a']));
  assert.is(cacheOf(draft, 'a')?.count, 8);
  assert.equal(findProblems(draft), []);
});

test.run();
