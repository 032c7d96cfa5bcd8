import { type Group, groupType } from '#documents/group.js';
import { Lines } from '#tool/command.js';
import type { DocumentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { Draft } from './draft.js';
import { type Metadata, metadataType } from './metadata.js';

/** A group document whose metadata is known to be that of this package, or `{}` before vg_create. */
export interface EditableGroup extends Omit<Group, 'metadata'> {
  metadata: Metadata | { kind?: undefined };
}

/** What filters take: a group document, or its metadata alone. */
export type Editable = EditableGroup | Metadata;

export const editableGroupType: DocumentType<EditableGroup> = { kind: 'group', version: 1, parse: parseGroup };
export const editableType: DocumentType<Editable> = { kind: 'group', version: 1, parse };

function parse(value: unknown, name: string): Editable {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  return kind === 'metadata' ? metadataType.parse(value, name) : parseGroup(value, name);
}

function parseGroup(value: unknown, name: string): EditableGroup {
  const group = groupType.parse(value, name);
  const empty = Object.keys(group.metadata).length === 0;
  return { ...group, metadata: empty ? {} : metadataType.parse(group.metadata, `metadata of ${name}`) };
}

/** The group's metadata; undefined before vg_create. */
export function metadataOf(group: EditableGroup): Metadata | undefined {
  return group.metadata.kind === 'metadata' ? group.metadata : undefined;
}

/**
 * A draft of the document's metadata.
 *
 * @throws DvmError `no-metadata` (exit 80) for a group without any
 */
export function open(document: Editable): Draft {
  if (document.kind === 'metadata') return new Draft(document);
  const { envelope, devices } = document;
  const metadata = metadataOf(document);
  if (metadata) return new Draft(metadata, { envelope, devices });
  throw fail('notFound', 'no-metadata', `group "${envelope.group.name}" has no metadata yet`, { hint: 'vg_create makes it' });
}

/** The document with other metadata, in lines: each volume and each PV is one. */
export function close(document: Editable, metadata: Metadata): Lines {
  return document.kind === 'metadata' ? new Lines(metadata, 2) : new Lines({ ...document, metadata }, 3);
}
