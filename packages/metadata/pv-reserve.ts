import { checkRegions, type DeviceRange } from '#documents/layout.js';
import { fail } from '#tool/errors.js';
import { sameJson } from '#tool/json.js';
import { compact } from './compact.js';
import type { Draft } from './draft.js';
import { findPvs, pvName } from './lookup.js';
import type { Pv } from './metadata.js';
import { devicesOf, listed, usersOf } from './pv-edits.js';
import { type PvDevice, reservedRuns } from './pv-layout.js';

/**
 * Reserves on PVs the extents that their devices' metadata regions touch, and those that `ranges` do: regions that are to
 * be. What is reserved for neither is given up, so without ranges this mends what an interrupted change of regions left.
 *
 * @throws DvmError `no-devices` (exit 65), `no-pv` (exit 80), `bad-region` (exit 64), `extents-in-use` (exit 83)
 */
export function reservePvs(draft: Draft, words: readonly string[], ranges: readonly DeviceRange[]): void {
  const known = devicesOf(draft);
  for (const id of findPvs(draft, words)) {
    const device = known.get(id);
    if (device) reserve(draft, id, device, ranges);
  }
}

function reserve(draft: Draft, id: string, { size, regions }: PvDevice, ranges: readonly DeviceRange[]): void {
  for (const r of ranges) checkRegions(size, [r]);
  const pv = draft.pvs[id] as Pv;
  const runs = reservedRuns([...regions, ...ranges], pv.dataStart, pv.extents, draft.vg.extentSize);
  const users = usersOf(draft, id, runs);
  if (users.length > 0)
    throw fail('inUse', 'extents-in-use', `extents of PV "${pvName(draft, id)}" under its regions are used by ${listed(users)}`, {
      hint: 'take another place: pv_place finds one',
      details: { volumes: users },
    });
  const reserved = runs.length > 0 ? runs.map((r) => ({ extent: r.start, count: r.count })) : undefined;
  if (!sameJson(reserved, pv.reserved)) draft.setPv(id, compact<Pv>({ ...pv, reserved }));
}
