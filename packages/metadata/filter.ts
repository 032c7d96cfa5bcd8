import { type Call, singleTool, type Tool } from '#tool/command.js';
import { type OptionSpecs, type OptionValues, type PositionalSpec, parseArguments } from '#tool/options.js';
import type { Draft } from './draft.js';
import { close, editableType, open } from './editable.js';
import { refuseExported } from './vg-export.js';

/** What an edit may know of its call. */
export type EditCall<S extends OptionSpecs> = Pick<Call<S>, 'options' | 'positionals' | 'note'>;

/** One program of the suite: what it is called, what it takes, and its one change of a draft. */
export interface Filter<S extends OptionSpecs> {
  name: string;
  summary: string;
  positionals: PositionalSpec[];
  options: S;
  /** Groups that are exported are edited too. */
  whileExported?: boolean;
  edit(draft: Draft, call: EditCall<S>): void;
}

/** A filter's change of a draft, told by the program's arguments: how many edits share one draft (vg_batch). */
export type Apply = (draft: Draft, argv: string[], note: (line: string) => void) => void;

export interface FilterTool extends Tool {
  apply: Apply;
}

/** A tool that reads a group or metadata document and prints the same one, its metadata edited. */
export function filterTool<const S extends OptionSpecs>({ edit: change, whileExported, ...words }: Filter<S>): FilterTool {
  const edit = (draft: Draft, call: EditCall<S>): void => {
    if (!whileExported) refuseExported(draft);
    change(draft, call);
  };
  const tool = singleTool({
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
  const apply: Apply = (draft, argv, note) => {
    const { options, positionals } = parseArguments(argv, words.options, words.positionals, false);
    edit(draft, { options: options as OptionValues<S>, positionals, note });
  };
  return { ...tool, apply };
}
