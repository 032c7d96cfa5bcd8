import { close, editableType, metadataOf, open } from '#metadata/editable.js';
import { refuseExported } from '#metadata/vg-export.js';
import { mergeGroup } from '#metadata/vg-merge.js';
import { singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';

export const tool = singleTool({
  name: 'vg_merge',
  summary: 'Takes the PVs and volumes of another group into this one.',
  input: 'a "group" document, or a "metadata" document alone',
  output: 'the same document with only its metadata changed, in canonical lines',
  positionals: [{ name: 'OTHER', describe: 'a document of either kind of the other group' }],
  options: {},
  async run(call) {
    const document = await call.input(editableType);
    const other = await call.file(call.positionals[0] ?? '', editableType);
    const draft = open(document);
    refuseExported(draft);
    const metadata = other.kind === 'metadata' ? other : metadataOf(other);
    if (!metadata) throw fail('notFound', 'no-metadata', 'the other group has no metadata yet', { hint: 'vg_create makes it' });
    mergeGroup(draft, metadata);
    return close(document, draft.result());
  },
});
