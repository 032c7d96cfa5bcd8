import { tool } from '#dm/commands/dmactivate.js';
import { planType } from '#dm/documents.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { current, desired } from '#test/support/plan-text.js';
import { runTool } from '#test/support/tool-run.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dmactivate');
const files = { current: current({}), desired: desired({ 'vg-a': ['a', ['8 zero']] }) };

test('prints a valid plan, either document from standard input', async () => {
  const one = planType.parse(await runTool(tool, ['%current', '-'], files.desired, files), 'plan');
  const other = planType.parse(await runTool(tool, ['-', '%desired'], files.current, files), 'plan');
  const both = planType.parse(await runTool(tool, ['%current', '%desired'], undefined, files), 'plan');
  assert.equal(one.summary, [{ action: 'create', name: 'vg-a' }]);
  assert.equal(one, other);
  assert.equal(one, both);
});

test('refuses to read both from standard input, and documents that are swapped', async () => {
  assert.is((await thrown<DvmError>(() => runTool(tool, ['-', '-'], files.current))).code, 'one-standard-input');
  assert.is((await thrown<DvmError>(() => runTool(tool, ['%desired', '%current'], undefined, files))).code, 'wrong-kind');
});

test.run();
