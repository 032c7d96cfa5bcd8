import { parseBatch, runBatch } from '#metadata/batch.js';
import { close, editableType, open } from '#metadata/editable.js';
import { filters } from '#metadata/filters.js';
import { singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';

export const tool = singleTool({
  name: 'vg_batch',
  summary: 'Makes many edits at once, one a line; all of them or none.',
  input: 'a "group" document, or a "metadata" document alone',
  output: 'the same document with only its metadata changed, in canonical lines',
  positionals: [{ name: 'FILE', describe: 'the edits, one a line: a program of the suite with its arguments' }],
  options: {},
  async run(call) {
    const file = call.positionals[0] ?? '';
    if (file === '-') throw fail('usage', 'two-inputs', 'standard input is the document: FILE cannot be it too');
    const document = await call.input(editableType);
    const draft = open(document);
    runBatch(draft, parseBatch(await call.fileBytes(file)), filters, call.note);
    return close(document, draft.result());
  },
});
