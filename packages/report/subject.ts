import { groupType } from '#documents/group.js';
import { metadataType } from '#metadata/metadata.js';
import type { DocumentType } from '#tool/document.js';
import type { Subject } from './views.js';

/** What a report reads: a `group`, or a bare `metadata`. */
export const subjectType: DocumentType<Subject> = { kind: 'group', version: 1, parse };

function parse(value: unknown, name: string): Subject {
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'metadata')
    return { metadata: metadataType.parse(value, name) };
  const group = groupType.parse(value, name);
  return { metadata: metadataType.parse(group.metadata, `metadata in ${name}`), group };
}
