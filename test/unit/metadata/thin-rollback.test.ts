import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { removeVolumes, renameVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { mergeSnapshot } from '#metadata/merge.js';
import type { Metadata } from '#metadata/metadata.js';
import { rollBack } from '#metadata/rollback.js';
import { poolSegment } from '#metadata/thin/segments.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails } from './fixtures.js';
import { createPools, messages, thin } from './thin-fixtures.js';

const test = suite('going back with thin pools');

/** A group with a pool, `thin` and `snap`, all told; then changed. Goes back to it. */
function after(change: (draft: Draft) => void): { draft: Draft; notes: string[] } {
  const first = draftOf([100, 100]);
  createPools(first);
  const old = settled(first);
  const draft = new Draft(old);
  change(draft);
  const now = new Draft(settled(draft));
  const { metadata, notes } = rollBack(now, { old, steps: [], force: false });
  return { draft: new Draft(metadata), notes };
}

function settled(draft: Draft): Metadata {
  const metadata = structuredClone(draft.result());
  for (const lv of Object.values(metadata.lvs)) delete poolSegment(lv)?.messages;
  return metadata;
}

test('the pool deletes what the older version did not have, and its transaction goes on', () => {
  const { draft, notes } = after((d) => thin(d, 'later'));
  assert.equal(messages(draft), ['at 3', '3 delete 3']);
  assert.is(draft.idOf('later'), undefined);
  assert.equal(notes, ['volume "later" is not in that version: it goes']);
  assert.equal(findProblems(draft), []);
});

test('a pool keeps the extents that it has got since, under its old name', () => {
  const { draft } = after((d) => {
    extendVolume(d, { volume: 'pool', pvs: [], size: '+8M', metadataSize: '+4M' });
    renameVolume(d, 'pool', 'heap');
    create(d, 'plain', '3');
  });
  assert.is(draft.lvs[draft.idOf('pool') ?? '']?.segments[0]?.count, 6);
  assert.ok(draft.idOf('pool_tdata') && draft.idOf('pool_tmeta') && !draft.idOf('heap_tmeta') && !draft.idOf('plain'));
  assert.equal(messages(draft), ['at 1']);
  assert.equal(findProblems(draft), []);
});

test('what a pool has deleted cannot come back', async () => {
  await fails(() => after((d) => removeVolumes(d, ['snap'])), 'thin-gone', 83, /^volume "snap"|"snap" cannot come back/);
  await fails(() => after((d) => mergeSnapshot(d, 'snap')), 'thin-gone', 83, /"thin"/);
  await fails(() => after((d) => removeVolumes(d, ['thin', 'snap', 'pool'])), 'thin-gone', 83, /"pool"/);
});

test.run();
