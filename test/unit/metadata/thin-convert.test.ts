import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { convertToThin } from '#metadata/thin/convert.js';
import { thinSegment } from '#metadata/thin/segments.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, lvId } from './fixtures.js';
import { createPools, messages, places, snapshot, thin } from './thin-fixtures.js';

const test = suite('volumes become thin');

const origin = { id: lvId(900), created: '2026-01-01T00:00:00Z' };
const convert = (draft: Draft, volume: string, more: object = {}): string[] =>
  convertToThin(draft, { volume, pool: 'pool', ...origin, ...more });

function withVolume(): Draft {
  const draft = draftOf([100, 100]);
  createPools(draft);
  create(draft, 'data', '5');
  return draft;
}

test('what is there becomes a read-only volume, which the thin one reads', () => {
  const draft = withVolume();
  const id = draft.idOf('data') ?? '';
  const before = places(draft, 'data');
  assert.equal(convert(draft, 'data'), ['volume "data" reads from "data_origin" what is not written to it from now on']);
  assert.equal([draft.idOf('data'), draft.idOf('data_origin')], [id, origin.id]);
  assert.equal([places(draft, 'data'), places(draft, 'data_origin')], [[], before]);
  const { count, device, origin: reads } = thinSegment(draft.lvs[id]) ?? {};
  assert.equal([count, device, reads, draft.lvs[origin.id]?.readOnly], [5, 3, origin.id, true]);
  assert.ok(messages(draft).includes('1 create 3'));
  assert.equal(findProblems(draft), []);
  assert.equal(convert(draft, 'data'), ['volume "data" already is thin']);
});

test('the volume that it becomes is called as one wants', async () => {
  const draft = withVolume();
  convert(draft, 'data', { originName: 'golden' });
  assert.is(draft.idOf('golden'), origin.id);
  await fails(() => convert(withVolume(), 'data', { originName: 'thin' }), 'name-taken', 81);
  const other = withVolume();
  await fails(() => convert(other, 'data', { id: other.idOf('thin') }), 'id-taken', 81);
});

test('refused: no pool, one that is none, what is not plain, what others stand on', async () => {
  await fails(() => convert(withVolume(), 'data', { pool: undefined }), 'no-pool', 64);
  await fails(() => convert(withVolume(), 'data', { pool: 'data' }), 'not-a-pool', 83);
  await fails(() => convert(withVolume(), 'pool'), 'no-conversion', 64);
  await fails(() => convert(withVolume(), 'nothing'), 'no-volume', 80);
  const draft = withVolume();
  convert(draft, 'data');
  await fails(() => convert(draft, 'data_origin'), 'volume-in-use', 83);
  thin(draft, 'late');
  snapshot(draft, 'data', 'of-it');
  assert.equal(findProblems(draft), []);
});

test.run();
