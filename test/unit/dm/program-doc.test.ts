import { readFileSync } from 'node:fs';
import { programType } from '#dm/documents.js';
import { assemble } from '#dm/program/assembler.js';
import { refuseBadProgram } from '#dm/program/check.js';
import { forms } from '#dm/program/words.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import { simKernelType } from '#dm/sim/state.js';
import { assert, suite, thrown } from '#test/support/check.js';

const test = suite('docs/formats/program.md');
const doc = readFileSync('docs/formats/program.md', 'utf8');
const blocks = [...doc.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, kind, note = '', text = '']) => ({
  kind,
  note: note.trim(),
  text,
}));

test('its good programs assemble and pass the check', () => {
  const good = blocks.filter((b) => b.kind === 'asm' && !b.note.startsWith('bad'));
  assert.ok(good.length >= 3);
  for (const { text } of good) refuseBadProgram(assemble(text, 'doc').instructions);
});

test('its bad programs are refused with the words it gives', async () => {
  const bad = blocks.filter((b) => b.note.startsWith('bad: '));
  assert.ok(bad.length >= 2);
  for (const { note, text } of bad) {
    const e = await thrown(() => {
      const { instructions, positions } = assemble(text, 'doc');
      refuseBadProgram(instructions, 'doc', positions);
    });
    assert.is(e.message, `"doc" ${note.slice('bad: '.length)}`);
  }
});

test('its JSON is what its first text assembles to', () => {
  const json = programType.parse(JSON.parse(blocks.find((b) => b.kind === 'json')?.text ?? ''), 'doc');
  const asm = blocks.find((b) => b.kind === 'asm')?.text ?? '';
  assert.equal(assemble(asm, 'doc').instructions, json.instructions);
});

test('it names every instruction', () => {
  for (const op of Object.keys(forms)) assert.match(doc, new RegExp(`\`${op}[ \`]|\`${op}\``), op);
});

test('the sample of sim-kernel.md is a state that a kernel can be in', () => {
  const text = /```json\n([\s\S]*?)```/.exec(readFileSync('docs/formats/sim-kernel.md', 'utf8'))?.[1] ?? '';
  const kernel = new SimKernel(simKernelType.parse(JSON.parse(text), 'doc'));
  assert.is(kernel.info('vg-data').openCount, 1);
});

test.run();
