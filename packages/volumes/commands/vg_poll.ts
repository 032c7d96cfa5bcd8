import { currentType } from '#dm/documents.js';
import { close, editableGroupType, metadataOf, open } from '#metadata/editable.js';
import { singleTool } from '#tool/command.js';
import { poll } from '../poll/poll.js';

export const tool = singleTool({
  name: 'vg_poll',
  summary: 'Takes what the kernel has finished (merges, moves, messages to thin pools) into the metadata.',
  input: 'a group document',
  output: 'the same document with only its metadata changed, in canonical lines',
  positionals: [],
  options: {
    current: { type: 'string', value: 'FILE', required: true, describe: 'a current document, as dmexec --dump prints it' },
  },
  run: async (call) => {
    const current = await call.file(call.options.current, currentType);
    const group = await call.input(editableGroupType);
    const metadata = metadataOf(group);
    if (!metadata) return group;
    const draft = open(group);
    poll(draft, group.envelope.group.id, current, call.note);
    return close(group, draft.result());
  },
});
