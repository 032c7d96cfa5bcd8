import { groupOfCommitted } from '#documents/record.js';
import type { Metadata } from './metadata.js';

const origins = new WeakMap<Metadata, Metadata>();

/** Remembers what an edit of a draft was made from. */
export function rememberOrigin(edited: Metadata, before: Metadata): Metadata {
  origins.set(edited, before);
  return edited;
}

/** The committed metadata that edits in this process have made another one from, and the name of its group then. */
export function committedOrigin(metadata: Metadata): { metadata: Metadata; group: string } | undefined {
  for (let m: Metadata | undefined = metadata; m; m = origins.get(m)) {
    const group = groupOfCommitted(m);
    if (group !== undefined) return { metadata: m, group };
  }
  return undefined;
}
