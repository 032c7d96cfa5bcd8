import type { Current } from '#dm/documents.js';
import type { Devices } from '#documents/devices.js';
import type { Draft } from '#metadata/draft.js';
import { type EditableGroup, metadataOf, open } from '#metadata/editable.js';
import { DvmError } from '#tool/errors.js';
import { missingDevices } from '#volumes/missing.js';
import type { ActivationMode } from '#volumes/mode.js';
import { activeIds } from '#volumes/select.js';
import { bringUp } from './bring-up.js';
import type { GroupActivation } from './documents.js';
import { type Wanted, wantedOf } from './wanted.js';
import { type Live, liveOf, weaknessOf } from './weakness.js';

/** What activation at boot asks of a machine; tests put one of their own in its place. */
export interface Machine {
  /** Every group that some device carries a label of. */
  groups(): Promise<Devices[]>;
  /** The metadata of a group, also when devices are missing or copies are behind. */
  read(devices: Devices): Promise<EditableGroup>;
  /** The kernel's devices of a group. */
  current(group: string): Promise<Current>;
  activate(devices: Devices, volumes: readonly string[], mode: ActivationMode): Promise<void>;
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** One group after a look at it. */
export interface Looked {
  report: GroupActivation;
  /** Some of what is down may come up when devices come. */
  waits: boolean;
  /** Its devices changed in this very moment: it is to be looked at anew. */
  stale: boolean;
}

/**
 * Brings up the volumes of one group that are wanted and can be. Those that wait for a device come up with less than everything
 * only when it is not expected any more.
 */
export async function activateGroup(machine: Machine, devices: Devices, wanted: Wanted, isLate: boolean): Promise<Looked> {
  const nothing = blank(devices);
  try {
    const group = await machine.read(devices);
    if (!metadataOf(group)) return { report: nothing, waits: false, stale: false };
    const draft = open(group);
    const mayCome = expectedOf(devices, group).length > 0;
    const ids = wantedOf(draft, devices.group, wanted);
    const report = await activated(machine, devices, draft, ids, isLate || !mayCome ? 'degraded' : 'complete', nothing);
    return { report, waits: mayCome && report.skipped.some((s) => s.code === 'missing-device'), stale: false };
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    return { report: { ...nothing, state: 'incomplete', error: errorOf(e) }, waits: false, stale: e.code === 'stale-devices' };
  }
}

function blank({ group, missing, problems }: Devices): GroupActivation {
  return {
    ...{ group, state: 'whole', activated: [], active: [], degraded: [], skipped: [] },
    missing: Object.fromEntries(Object.entries(missing).map(([pv, { lastPath }]) => [pv, lastPath])),
    problems: problems.map(({ code, message }) => ({ code, message })),
  };
}

/** PVs that may still come: nobody has said that the group goes on without them. */
function expectedOf({ missing }: Devices, { envelope }: EditableGroup): string[] {
  return Object.keys(missing).filter((pv) => !Object.hasOwn(envelope.absent ?? {}, pv));
}

async function activated(
  machine: Machine,
  devices: Devices,
  draft: Draft,
  ids: readonly string[],
  mode: ActivationMode,
  report: GroupActivation,
): Promise<GroupActivation> {
  const { id: group } = devices.group;
  const earlier = await machine.current(group);
  const before = activeIds(draft, group, { current: earlier });
  const liveBefore = liveOf(earlier);
  const names = (of: readonly string[]): string[] => of.map((id) => draft.lvs[id]?.name ?? id).sort();
  const down = names(ids.filter((id) => !before.has(id) || isMendable(draft, group, liveBefore, id)));
  const idOf = (name: string): string => draft.idOf(name) ?? name; // an @ at its beginning makes a tag of a name
  const skipped = await bringUp(down, (volumes) => machine.activate(devices, volumes.map(idOf), mode));
  const current = await machine.current(group);
  const after = activeIds(draft, group, { current });
  const up = ids.filter((id) => after.has(id));
  const live = liveOf(current);
  const degraded = up.flatMap((id) => {
    const message = weaknessOf(draft, group, live, id);
    return message === undefined ? [] : [{ volume: draft.lvs[id]?.name ?? id, message }];
  });
  const state = skipped.length > 0 ? 'incomplete' : degraded.length > 0 ? 'degraded' : 'whole';
  const came = names(up.filter((id) => !before.has(id)));
  return { ...report, state, activated: came, active: names(up.filter((id) => before.has(id))), degraded, skipped };
}

/** Came up without something that has come since. */
function isMendable(draft: Draft, group: string, live: Live, id: string): boolean {
  return missingDevices(draft, id).length === 0 && weaknessOf(draft, group, live, id) !== undefined;
}

function errorOf({ code, message, hint }: DvmError): NonNullable<GroupActivation['error']> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
