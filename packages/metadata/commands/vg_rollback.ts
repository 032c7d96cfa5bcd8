import { changesType } from '#documents/changes.js';
import { close, type Editable, editableType, metadataOf, open } from '#metadata/editable.js';
import type { Metadata } from '#metadata/metadata.js';
import { rollBack } from '#metadata/rollback.js';
import { singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';

export const tool = singleTool({
  name: 'vg_rollback',
  summary: 'Takes the volumes and settings of an older version, on the PVs and with the regions of today.',
  input: 'a "group" document, or a "metadata" document alone',
  output: 'the same document with only its metadata changed, in canonical lines',
  positionals: [{ name: 'OLD', describe: 'the same kind of document of the version to go back to' }],
  options: {
    since: { type: 'string', value: 'FILE', describe: 'a "changes" document: what happened since, so that lost data is noticed' },
    force: { type: 'boolean', describe: 'also where extents were given to others in between' },
  },
  async run(call) {
    const document = await call.input(editableType);
    const { since, force } = call.options;
    const old = metadataIn(document, await call.file(call.positionals[0] ?? '', editableType));
    const steps = since === undefined ? [] : (await call.file(since, changesType)).steps;
    const { metadata, notes } = rollBack(open(document), { old, steps, force });
    notes.forEach(call.note);
    return close(document, metadata);
  },
});

function metadataIn(document: Editable, old: Editable): Metadata {
  if (old.kind === 'metadata') return old;
  if (document.kind !== 'metadata' && document.envelope.group.id !== old.envelope.group.id)
    throw fail('badInput', 'wrong-group', `the older version is of group ${old.envelope.group.id}, not of this one`);
  const metadata = metadataOf(old);
  if (metadata) return metadata;
  throw fail('notFound', 'no-metadata', 'the older version has no metadata yet');
}
