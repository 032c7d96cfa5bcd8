import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import { reduceVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { createWritecache, type NewWritecache, removeWritecache } from '#metadata/writecache/change.js';
import { carryWritecaches } from '#metadata/writecache/rollback.js';
import { takeOffWritecache, writecacheSegment } from '#metadata/writecache/segments.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails } from './fixtures.js';

const test = suite('writecaches');

function cached(more: Partial<NewWritecache> = {}): Draft {
  const draft = draftOf([32, 32]);
  create(draft, 'data', '8');
  createWritecache(draft, {
    volume: 'data',
    extents: '4',
    blockSize: 512,
    pvs: [],
    partIds: partIdsFlag(draft.idOf('data')),
    ...more,
  });
  return draft;
}

const segmentOf = (draft: Draft) => writecacheSegment(draft.lvs[draft.idOf('data') ?? '']);
const settled = (draft: Draft): Draft => new Draft(structuredClone(draft.result()), {});

test('the volume keeps its id over what it was, beside a cache', () => {
  const draft = cached({ settings: { high_watermark: 60 } });
  const { cache, areas, ...rest } = segmentOf(draft) ?? {};
  assert.equal(rest, { start: 0, count: 8, type: 'writecache', blockSize: 512, settings: { high_watermark: 60 } });
  assert.equal([areas?.[0]?.lv, cache], [draft.idOf('data_wcorig'), draft.idOf('data_cvol')]);
  assert.equal(findProblems(draft), []);
});

test('it grows, does not shrink, and goes when it is written back', async () => {
  const draft = cached();
  extendVolume(draft, { volume: 'data', extents: '+2', pvs: [] });
  assert.equal([segmentOf(draft)?.count, findProblems(draft)], [10, []]);
  await fails(() => reduceVolume(draft, 'data', { extents: '3' }), 'has-writecache', 83, 'it cannot be made smaller');
  assert.match(removeWritecache(draft, 'data').join(), 'goes when everything is written back');
  assert.equal(removeWritecache(draft, 'data'), ['the writecache of volume "data" is being written back already']);
  const segment = segmentOf(draft);
  if (segment) takeOffWritecache(draft, draft.idOf('data') ?? '', segment);
  assert.equal([draft.idOf('data_cvol'), draft.idOf('data_wcorig'), findProblems(draft)], [undefined, undefined, []]);
  assert.equal(removeWritecache(draft, 'data'), ['volume "data" has no writecache']);
});

test('refused: a second one, other kinds, what the kernel does not know', async () => {
  const add = (draft: Draft, more: Partial<NewWritecache> = {}) =>
    createWritecache(draft, { volume: 'data', extents: '4', blockSize: 512, pvs: [], partIds: partIdsFlag(undefined), ...more });
  await fails(() => add(cached()), 'cannot-cache', 83, 'has a writecache already');
  const draft = draftOf([32]);
  create(draft, 'data', '4', { type: 'zero' });
  await fails(() => add(draft), 'cannot-cache', 83, 'is zero: linear, striped and raid have writecaches');
  await fails(() => cached({ settings: { speed: 1 } }), 'bad-setting', 64, 'setting "speed" is none of high_watermark');
});

test('an older version comes back with the cache of today, without one that went, and not over one that came', async () => {
  const [then, plain] = [settled(cached()), draftOf([32, 32])];
  create(plain, 'data', '8', { id: then.idOf('data') ?? '' });
  const today = settled(then);
  removeWritecache(today, 'data');
  const id = then.idOf('data') ?? '';
  assert.is(writecacheSegment(carryWritecaches(today.result(), then.result().lvs)[id])?.cleaner, true);
  const without = carryWritecaches(plain.result(), then.result().lvs);
  assert.equal([Object.keys(without), without[id]?.segments[0]?.type], [[id], 'linear']);
  await fails(
    () => carryWritecaches(then.result(), plain.result().lvs),
    'cache-dirty',
    83,
    'may hold what that version would lose',
  );
});

test.run();
