import { tool as lvCreate } from '#metadata/commands/lv_create.js';
import { tool as vgCheck } from '#metadata/commands/vg_check.js';
import { tool as vgExport } from '#metadata/commands/vg_export.js';
import { tool as vgImport } from '#metadata/commands/vg_import.js';
import { assert, suite } from '#test/support/check.js';
import { runTool } from '#test/support/tool-run.js';
import { tool as volActivate } from '#volumes/commands/vol_activate.js';
import { create, draftOf, fails, groupOf, lvId } from './fixtures.js';

const test = suite('exported groups');

function group() {
  const draft = draftOf([8]);
  create(draft, 'a', '4', { id: lvId(1) });
  return groupOf([34], draft.result());
}

test('an exported group is neither edited nor activated until it is imported', async () => {
  const exported = await runTool(vgExport, [], group());
  await fails(() => runTool(lvCreate, ['b', '-l', '1'], exported), 'exported', 83, /group "vg" is exported/);
  await fails(() => runTool(volActivate, ['--all'], exported), 'exported', 83);
  await fails(() => runTool(volActivate, ['--none', '--activate', 'a'], exported), 'exported', 83);
  assert.equal(await runTool(vgCheck, [], exported), exported);
  const current = { kind: 'current', version: 1, devices: {} };
  const desired = (await runTool(volActivate, ['--current', '%now'], exported, { now: current })) as { devices: object };
  assert.equal(desired.devices, {});
  assert.equal(await runTool(vgImport, [], exported), group());
});

test('twice is as good as once', async () => {
  const exported = await runTool(vgExport, [], group());
  assert.equal(await runTool(vgExport, [], exported), exported);
  assert.equal(await runTool(vgImport, [], group()), group());
});

test.run();
