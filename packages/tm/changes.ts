import { type Change, diff } from '#documents/diff.js';
import type { Envelope, Group } from '#documents/group.js';

/**
 * The edit that leads from one version to another: of the envelope the group's name and its PVs (paths begin with
 * `envelope`; what differs with every transaction is left out), then the entities of the metadata.
 */
export function changesBetween(before: Group, after: Group): Change[] {
  return [...diff(lasting(before.envelope), lasting(after.envelope), 2, ['envelope']), ...diff(before.metadata, after.metadata)];
}

function lasting({ group, pvs, absent }: Envelope) {
  return { group, pvs, ...(absent ? { absent } : {}) };
}
