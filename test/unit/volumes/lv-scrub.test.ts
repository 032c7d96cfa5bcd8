import { programType } from '#dm/documents.js';
import { assert, suite } from '#test/support/check.js';
import { runTool } from '#test/support/tool-run.js';
import { tool } from '#volumes/commands/lv_scrub.js';
import { create, draftOf, fails, groupOf } from '../metadata/fixtures.js';

const test = suite('lv_scrub');

function group() {
  const draft = draftOf([64, 64]);
  create(draft, 'a', '8', { type: 'raid1' });
  create(draft, 'b', '8');
  return groupOf([300, 300], draft.result());
}

test('tells the device of the volume, found by uuid, what to do', async () => {
  const said = async (...words: string[]) => {
    const program = programType.parse(await runTool(tool, ['a', ...words], group()), 'output');
    return program.instructions.flatMap((i) => (i.op === 'message' ? [`${i.id.name} ${i.id.uuid !== undefined} ${i.text}`] : []));
  };
  const { name } = group().envelope.group;
  assert.equal(await said(), [`${name}-a true check`]);
  assert.equal(await said('--repair'), [`${name}-a true repair`]);
  assert.equal(await said('--stop'), [`${name}-a true idle`]);
});

test('only what is redundant, and one thing at a time', async () => {
  await fails(() => runTool(tool, ['b'], group()), 'not-raid', 64);
  await fails(() => runTool(tool, ['a', '--repair', '--stop'], group()), 'contradiction', 64);
});

test.run();
