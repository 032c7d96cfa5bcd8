import { tool as create } from '#metadata/commands/lv_create.js';
import { tool as check } from '#metadata/commands/vg_check.js';
import { group, metadata } from '#test/fixtures/group.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { Tool } from '#tool/command.js';
import type { DvmError } from '#tool/errors.js';
import { Checked, invoke, outputDocument } from '#tool/invoke.js';

const test = suite('filters in one process');

async function run(tool: Tool, argv: string[], document: object): Promise<unknown> {
  const { output } = await invoke(tool, argv, { readInput: async () => new Checked(document), note: () => {} });
  return outputDocument(output);
}

test('metadata that only tm has seen is checked as if it came through a pipe', async () => {
  const refusal = async (tool: Tool, argv: string[], wrong: object) =>
    (await thrown<DvmError>(() => run(tool, argv, { ...group, metadata: wrong }))).code;
  assert.is(await refusal(create, ['x', '-l', '1'], { ...metadata, version: 2 }), 'newer-version');
  assert.is(await refusal(check, [], { ...metadata, version: 2 }), 'newer-version');
  assert.is(await refusal(check, [], { ...metadata, lvs: { x: {} } }), 'bad-document');
});

test('what one filter made the next one takes', async () => {
  const edited = await run(create, ['x', '-l', '1'], group);
  assert.equal(await run(check, [], edited as object), edited);
});

test.run();
