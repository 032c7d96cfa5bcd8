import { assert, suite } from '#test/support/check.js';
import { runTool } from '#test/support/tool-run.js';
import { tool } from '#volumes/commands/vg_poll.js';
import { fails, groupOf, metadataOf } from '../metadata/fixtures.js';

const test = suite('vg_poll');
const current = { kind: 'current', version: 1, devices: {} };

test('a group in which nothing was begun comes back as it was', async () => {
  const group = groupOf([64], metadataOf([8]));
  assert.equal(await runTool(tool, ['--current', '%current'], group, { current }), group);
});

test('a group without metadata has nothing to poll', async () => {
  const group = groupOf([64]);
  assert.equal(await runTool(tool, ['--current', '%current'], group, { current }), group);
});

test('what the kernel has must be given', async () => {
  await fails(() => runTool(tool, [], groupOf([64])), 'missing-option', 64);
});

test.run();
