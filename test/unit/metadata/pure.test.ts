import { readdirSync } from 'node:fs';
import { Draft } from '#metadata/draft.js';
import { editableType } from '#metadata/editable.js';
import { assert, suite } from '#test/support/check.js';
import { loadTools } from '#test/support/tools.js';
import { DvmError } from '#tool/errors.js';
import { Checked, invoke, outputDocument } from '#tool/invoke.js';
import { canonical } from '#tool/json.js';
import { cache } from './cache-fixtures.js';
import { create, groupOf, lvId, metadataOf, pvId } from './fixtures.js';
import { createPools } from './thin-fixtures.js';

/**
 * Filters never change the document they are given: what an edit leaves alone is shared between the old and the new
 * document, and is written from the text it was read from. Here everything they are given is frozen.
 */
const test = suite('filters are pure');

/** For each filter, arguments with which it changes something. */
const edits: Record<string, string[][]> = {
  lv_cache: [
    ['a', '--extents', '2', '--mode', 'writeback', '--setting', 'migration_threshold=8'],
    ['c', '--mode', 'writeback'],
    ['c', '--off'],
    ['c', '--off', '--drop'],
  ],
  lv_clone: [['/dev/nbd0', 'new', '--size', '5M']],
  lv_convert: [['a', '--type', 'raid1']],
  lv_create: [
    ['new', '--extents', '3'],
    ['new', '--extents', '4', '--stripes', '2', '--tag', 't'],
    ['new', '--extents', '4', '--type', 'raid5'],
  ],
  lv_crypt: [['new', '--extents', '3', '--key', 'logon:dvm:new']],
  lv_extend: [['a', '--extents', '+2']],
  lv_integrity: [['a', '--mode', 'bitmap']],
  lv_merge: [['snap']],
  lv_reduce: [['a', '--extents', '-2']],
  lv_remove: [['a']],
  lv_rename: [['a', 'z']],
  lv_repair: [['pool'], ['r', '--replace', pvId(0)]],
  lv_set: [['a', '--add-tag', 'x', '--read-only', 'on', '--autoactivate', 'off']],
  lv_snapshot: [['thin', 'new']],
  lv_thin: [['new', '--pool', 'pool', '--virtual-size', '1G']],
  lv_thin_pool: [['new', '--extents', '4', '--metadata-size', '4M']],
  lv_writecache: [['a', '--extents', '2', '--setting', 'max_age=5']],
  pv_add: [[]],
  pv_move: [[pvId(0)]],
  pv_place: [[pvId(0), '--size', '8M']],
  pv_remove: [[pvId(2)]],
  pv_reserve: [[pvId(2), '5M+1M']],
  pv_resize: [[pvId(0)]],
  pv_set: [[pvId(0), '--add-tag', 'x']],
  vg_batch: [['edits']],
  vg_check: [[]],
  vg_create: [[]],
  vg_export: [[]],
  vg_import: [[]],
  vg_merge: [['other']],
  vg_remove: [[]],
  vg_rollback: [['old', '--since', 'changes']],
  vg_split: [[pvId(2)]],
  vg_set: [['--add-tag', 'x']],
};

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const v of Object.values(value)) frozen(v);
  return Object.freeze(value);
}

function document() {
  const draft = new Draft(metadataOf([20, 20, 20]));
  create(draft, 'a', '5', { id: lvId(1) });
  create(draft, 'b', '4', { id: lvId(2) });
  create(draft, 'r', '2', { id: lvId(3), type: 'raid1', pvs: [pvId(0), pvId(1)] });
  create(draft, 'c', '1', { id: lvId(4) });
  cache(draft, 'c', { extents: '1' });
  createPools(draft);
  return groupOf([100, 100, 100], draft.result());
}

/** What is given under a file's name. */
const files = new Map<string, unknown>([
  ['edits', Buffer.from('lv_rename a z\nlv_remove b\n')],
  ['old', frozen(groupOf([100, 100, 100], metadataOf([20, 20, 20])))],
  ['other', frozen(JSON.parse(JSON.stringify(metadataOf([20])).replaceAll(pvId(0), pvId(9))))],
  ['changes', frozen({ kind: 'changes', version: 1, steps: [] })],
]);

test('the table names every filter of the package', () => {
  const filters = readdirSync('packages/metadata/commands').map((f) => f.replace('.ts', ''));
  assert.equal(
    filters.filter((f) => !(f in edits)),
    [],
  );
});

for (const [name, calls] of Object.entries(edits))
  test(`${name} leaves its input as it was`, async () => {
    const tool = (await loadTools()).find((t) => t.name === name);
    assert.ok(tool, name);
    for (const argv of calls) {
      const given = frozen(editableType.parse(name === 'vg_create' ? groupOf([100]) : document(), 'fixture'));
      const before = canonical(given);
      try {
        const { output } = await invoke(tool as NonNullable<typeof tool>, argv, {
          readInput: async () => new Checked(given),
          note: () => {},
          files,
        });
        assert.ok(outputDocument(output));
      } catch (e) {
        assert.ok(e instanceof DvmError && e.code !== 'internal', `${name} ${argv.join(' ')}: ${(e as Error).stack}`);
      }
      assert.is(canonical(given), before);
    }
  });

test.run();
