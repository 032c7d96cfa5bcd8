import { isId } from '#documents/ids.js';
import { type DvmError, fail } from '#tool/errors.js';
import type { DiscoverConfig } from './config.js';
import { type GroupState, readGroupState } from './envelope.js';
import { type Duplicate, type Labelled, type Scan, scan } from './scan.js';
import type { World } from './world.js';

/** A group as its devices show it. */
export interface FoundGroup {
  id: string;
  /** The envelope's where there is one: labels may lag behind a rename. */
  name: string;
  devices: Labelled[];
  state: GroupState;
}

/**
 * The group of a name or id. The name that counts is the envelope's; a label's is a hint where to look first.
 *
 * @returns undefined when there is none
 * @throws DvmError `duplicate-group` (exit 87) when a name is that of two groups; `duplicate-pv` when no device of the
 *   group can be told from its copy
 */
export async function lookUpGroup(nameOrId: string, found: Scan, world: World): Promise<FoundGroup | undefined> {
  const groups = groupsOf(found);
  const byId = isId(nameOrId) ? groups.get(nameOrId) : undefined;
  if (byId) return describe(nameOrId, byId, world);
  const hinted = [...groups].filter(([, devices]) => devices.some((d) => d.label.group.name === nameOrId));
  const rest = [...groups].filter(([id]) => !hinted.some(([h]) => h === id));
  for (const part of [hinted, rest]) {
    const described = await Promise.all(part.map(([id, devices]) => describe(id, devices, world)));
    const named = described.filter((g) => g.name === nameOrId);
    if (named.length > 1) throw twoOfOneName(nameOrId, named);
    if (named[0]) return named[0];
  }
  const unclear = found.duplicates.filter((d) =>
    d.devices.some((x) => [x.label.group.id, x.label.group.name].includes(nameOrId)),
  );
  if (unclear.length > 0) throw duplicatePv(unclear);
  return undefined;
}

/** As `lookUpGroup`, but a group that is not there is the error `no-group` (exit 80). */
export async function findGroup(nameOrId: string, found: Scan, world: World): Promise<FoundGroup> {
  const group = await lookUpGroup(nameOrId, found, world);
  if (group) return group;
  const names = [...new Set(found.labelled.map((d) => d.label.group.name))].sort();
  throw fail('notFound', 'no-group', `no device is labelled for group "${nameOrId}"`, {
    hint:
      names.length > 0 ? `there are: ${names.join(', ')}` : 'no device carries a label; discover list says what was looked at',
  });
}

/**
 * Refuses a name for the group `id` that another group on this machine has.
 *
 * @throws DvmError `name-taken` (exit 81), `duplicate-group` (exit 87) when two have it already
 */
export async function refuseTakenName(name: string, id: string, config: DiscoverConfig, world: World): Promise<void> {
  const other = await lookUpGroup(name, await scan(config, world), world);
  if (!other || other.id === id) return;
  const paths = other.devices.map((d) => d.path);
  throw fail('exists', 'name-taken', `group name "${name}" is that of another group, on ${paths.join(', ')}`, {
    details: { id: other.id, paths },
  });
}

/** Labelled devices by group id. */
export function groupsOf(found: Scan): Map<string, Labelled[]> {
  const groups = new Map<string, Labelled[]>();
  for (const d of found.labelled) groups.set(d.label.group.id, [...(groups.get(d.label.group.id) ?? []), d]);
  return groups;
}

/** Name and envelope of one group; `hint` is its name where no usable device says one. */
export async function describe(id: string, devices: Labelled[], world: World, hint = id): Promise<FoundGroup> {
  const state = await readGroupState(id, devices, world.envelopes);
  return { id, name: state.envelope?.group.name ?? newestName(devices) ?? hint, devices, state };
}

/** Without an envelope the label that was written most often is the best guess. */
function newestName(devices: Labelled[]): string | undefined {
  return devices.toSorted((a, b) => b.label.sequence - a.label.sequence)[0]?.label.group.name;
}

/** The refusal when the devices of one PV cannot be told apart. */
export function duplicatePv(duplicates: readonly Duplicate[]): DvmError {
  const each = duplicates.map((d) => `PV ${d.pv} is on ${d.devices.map((p) => `"${p.path}"`).join(' and ')}`);
  return fail('duplicate', 'duplicate-pv', each.join('; '), {
    hint: 'detach the copy, or keep it out with a reject filter in the config',
    details: { duplicates: duplicates.map(duplicateEntry) },
  });
}

/** A duplicate as documents show it. */
export function duplicateEntry(d: Duplicate): { pv: string; group: string; paths: string[] } {
  return { pv: d.pv, group: d.group, paths: d.devices.map((x) => x.path) };
}

function twoOfOneName(name: string, groups: FoundGroup[]): DvmError {
  const ids = groups.map((g) => `${g.id} on ${g.devices.map((d) => d.path).join(', ')}`);
  return fail('duplicate', 'duplicate-group', `two groups are named "${name}": ${ids.join('; ')}`, {
    hint: 'name one by its id, or detach the devices of the other',
    details: { groups: groups.map((g) => ({ id: g.id, paths: g.devices.map((d) => d.path) })) },
  });
}
