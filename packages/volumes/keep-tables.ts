import type { Current, Desired } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import { type MapOptions, mapVolumes } from './map-volumes.js';
import { missingDevices } from './missing.js';

/**
 * The tables that the kernel has, for active volumes on devices that were not found: that a look did not find a device is no
 * reason to take it from who uses it.
 */
export function keepTables(
  draft: Draft,
  active: ReadonlySet<string>,
  current: Current,
  desired: Desired,
  options: MapOptions,
): Desired {
  const ids = [...active].filter((id) => missingDevices(draft, id).length > 0);
  if (ids.length === 0) return desired;
  const theirs = mapVolumes(draft, ids, { ...options, tellPools: false, wipe: undefined }).devices;
  const live = new Map(Object.values(current.devices).map((d) => [d.uuid, d]));
  const kept = Object.entries(desired.devices).flatMap(([uuid, device]) => {
    const now = Object.hasOwn(theirs, uuid) ? live.get(uuid) : undefined;
    if (now) return [[uuid, { ...device, targets: now.targets }] as const];
    return Object.hasOwn(theirs, uuid) && isFiller(uuid) ? [] : [[uuid, device] as const];
  });
  return { ...desired, devices: Object.fromEntries(kept) };
}

/** Stands in for a missing device in a table that is not used now. */
function isFiller(uuid: string): boolean {
  return /-missing_\d+$/.test(uuid);
}
