import { type Call, singleTool, type Tool } from '#tool/command.js';
import type { OptionSpecs, PositionalSpec } from '#tool/options.js';
import type { Draft } from './draft.js';
import { close, editableType, open } from './editable.js';

/** One program of the suite: what it is called, what it takes, and its one change of a draft. */
export interface Filter<S extends OptionSpecs> {
  name: string;
  summary: string;
  positionals: PositionalSpec[];
  options: S;
  edit(draft: Draft, call: Call<S>): void;
}

/** A tool that reads a group or metadata document and prints the same one, its metadata edited. */
export function filterTool<const S extends OptionSpecs>({ edit, ...words }: Filter<S>): Tool {
  return singleTool({
    ...words,
    input: 'a "group" document, or a "metadata" document alone',
    output: 'the same document with only its metadata changed, in canonical lines',
    async run(call) {
      const document = await call.input(editableType);
      const draft = open(document);
      edit(draft, call);
      return close(document, draft.result());
    },
  });
}
