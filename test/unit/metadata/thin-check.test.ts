import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { type PoolSegment, poolSegment, type ThinSegment, thinSegment } from '#metadata/thin/segments.js';
import { assert, suite } from '#test/support/check.js';
import { draftOf } from './fixtures.js';
import { createPools } from './thin-fixtures.js';

/** vg_check on pools and thin volumes that nothing of ours would write. */
const test = suite('vg_check of thin volumes');

function problems(change: { pool?: Partial<PoolSegment>; thin?: Partial<ThinSegment> }): string {
  const draft = draftOf([100]);
  createPools(draft);
  for (const [id, lv] of Object.entries(draft.lvs)) {
    const [pool, thin] = [poolSegment(lv), thinSegment(lv)];
    if (pool) draft.setLv(id, { ...lv, segments: [{ ...pool, ...change.pool }] });
    if (thin && lv.name === 'snap') draft.setLv(id, { ...lv, segments: [{ ...thin, ...change.thin }] });
  }
  return findProblems(new Draft(draft.result()))
    .map((p) => p.message)
    .join('; ');
}

const cases: [string, Parameters<typeof problems>[0], RegExp][] = [
  ['sound', {}, /^$/],
  ['two volumes of one number', { thin: { device: 1 } }, /"thin" and "snap" are one device, 1, of pool "pool"|"snap" and "thin"/],
  ['a pool that is none', { thin: { pool: 'z'.repeat(20) } }, /stands on volume "z+", which does not exist/],
  ['behind another segment', { thin: { start: 3 } }, /is thin behind another segment/],
  ['a pool behind another segment', { pool: { start: 3 } }, /is a thin pool behind another segment/],
  ['odd chunks', { pool: { chunkSize: 200 } }, /no multiple of 128/],
  ['another size than the data', { pool: { count: 3 } }, /has 3 extents, and its data volume 4/],
  ['data on a PV', { pool: { areas: [{ pv: 'pvaaaaaaaaaaaaaaaaaa', extent: 50 }] } }, /whose data lies on no volume/],
  ['messages out of order', { pool: { transaction: 2, messages: [{ transaction: 2, create: 1 }, { transaction: 1, create: 2 }] } }, /do not lead up to its own, 2/], // biome-ignore format: one line
  ['messages with a gap', { pool: { transaction: 3, messages: [{ transaction: 1, create: 1 }, { transaction: 3, create: 2 }] } }, /do not lead up to its own, 3/], // biome-ignore format: one line
  [
    'messages beyond its transaction',
    { pool: { transaction: 1, messages: [{ transaction: 2, create: 1 }] } },
    /do not lead up to its own, 1/,
  ],
];

for (const [name, change, expected] of cases) test(name, () => assert.match(problems(change), expected));

test('thin in what is no pool', () => {
  const draft = draftOf([100]);
  createPools(draft);
  const [id = ''] = Object.keys(draft.lvs).filter((key) => draft.lvs[key]?.name === 'snap');
  const lv = draft.lvs[id];
  const segment = thinSegment(lv);
  if (!lv || !segment) throw new Error('snap is thin');
  draft.setLv(id, { ...lv, segments: [{ ...segment, pool: draft.idOf('thin') ?? '' }] });
  assert.match(
    findProblems(draft)
      .map((p) => p.message)
      .join(),
    /is to be thin in "thin", which is no thin pool/,
  );
});

test.run();
