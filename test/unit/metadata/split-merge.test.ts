import { findProblems } from '#metadata/check.js';
import { tool as vgMerge } from '#metadata/commands/vg_merge.js';
import { tool as vgSplit } from '#metadata/commands/vg_split.js';
import { Draft } from '#metadata/draft.js';
import type { Metadata } from '#metadata/metadata.js';
import { mergeGroup } from '#metadata/vg-merge.js';
import { splitGroup } from '#metadata/vg-split.js';
import { assert, suite } from '#test/support/check.js';
import { runTool } from '#test/support/tool-run.js';
import { create, draftOf, fails, lvId, metadataOf, pvId } from './fixtures.js';

const test = suite('groups divided and put together');

/** Volumes a on PV 0, b on PV 1, c on PV 2. */
function three(): Metadata {
  const draft = draftOf([8, 8, 8]);
  for (const [n, name] of ['a', 'b', 'c'].entries()) create(draft, name, '4', { id: lvId(n), pvs: [`/dev/loop${n}`] });
  return draft.result();
}

function split(metadata: Metadata, pvs: number[], keep: boolean): Metadata {
  const draft = new Draft(metadata);
  splitGroup(draft, pvs.map(pvId), keep);
  assert.equal(findProblems(new Draft(draft.result())), []);
  return draft.result();
}

const names = ({ lvs }: Metadata): string[] => Object.values(lvs).map((lv) => lv.name);

test('the two halves are the whole', () => {
  const [rest, part] = [split(three(), [1, 2], false), split(three(), [1, 2], true)];
  assert.equal([names(rest), Object.keys(rest.pvs)], [['a'], [pvId(0)]]);
  assert.equal(
    [names(part), Object.keys(part.pvs)],
    [
      ['b', 'c'],
      [pvId(1), pvId(2)],
    ],
  );
  const draft = new Draft(rest);
  mergeGroup(draft, part);
  assert.equal(draft.result(), three());
});

test('volumes that lie on both sides are named, whatever they stand on', async () => {
  const draft = new Draft(three());
  create(draft, 'wide', '2', { id: lvId(9), stripes: 2, pvs: [pvId(0), pvId(1)] });
  await fails(() => splitGroup(draft, [pvId(1)], false), 'volumes-straddle', 83, '"wide" of the group would be on both sides');
  splitGroup(draft, [pvId(2)], false);
  assert.equal(names(draft.result()), ['a', 'b', 'wide']);
});

test('what cannot be one group is refused', async () => {
  const whole = three();
  const other = split(whole, [1, 2], true);
  const merge = (into: Metadata, from: Metadata) => mergeGroup(new Draft(into), from);
  await fails(() => merge(whole, other), 'id-taken', 81);
  const rest = split(whole, [1, 2], false);
  const renamed = { ...other, lvs: { [lvId(1)]: { ...other.lvs[lvId(1)], name: 'a' } } } as Metadata;
  await fails(() => merge(rest, renamed), 'name-taken', 81, 'the group has a volume "a" too');
  await fails(() => merge(rest, { ...other, vg: { ...other.vg, extentSize: 16384 } }), 'extent-size-differs', 83);
  await fails(() => merge(rest, { ...other, vg: { ...other.vg, exported: true } }), 'exported', 83);
});

test('as programs', async () => {
  const rest = await runTool(vgSplit, [pvId(1), pvId(2)], three());
  const part = await runTool(vgSplit, [pvId(1), pvId(2), '--keep'], three());
  assert.equal(await runTool(vgMerge, ['%part'], rest, { part }), three());
  const empty = { ...metadataOf([1]), pvs: {} };
  assert.equal(await runTool(vgMerge, ['%empty'], rest, { empty }), rest);
});

test.run();
