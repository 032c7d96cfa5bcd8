import { type Place, placeToCarry } from '#discover/copies.js';
import type { Group } from '#documents/group.js';
import { DvmError } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import { type Context, memberRegions } from './context.js';
import { Placing } from './placing.js';
import type { Wanted } from './region-plan.js';

export interface CopiesRequest {
  /** How many PVs are to carry regions. */
  copies: number;
  /** No more than so many get one now. */
  most?: number;
  size?: Sectors | undefined;
}

/**
 * Regions for so many PVs of the group that carry none that `copies` do, on as many disks as may be. A PV without room for
 * one is passed over; when no other is left there are fewer, which is noted.
 */
export async function moreCopies(ctx: Context, group: Group, { copies, most, size }: CopiesRequest): Promise<Wanted> {
  const plan = new Placing(ctx, group);
  const length = size ?? largestRegion(ctx, group);
  let places = placesOf(ctx, group);
  for (let left = most ?? places.length; left > 0; left--) {
    const found = await placeNext(plan, places, copies, length);
    if (!found) break;
    places = found;
  }
  const carriers = places.filter((p) => p.carries).length;
  if (carriers < Math.min(copies, Object.keys(group.envelope.pvs).length) && (most ?? 1) > 0)
    ctx.note(
      `note: ${carriers} devices of group "${group.envelope.group.name}" carry its metadata; no other has room for a region`,
    );
  return plan.wanted();
}

/** The places once one more carries, without those that have no room; undefined when no further one is to. */
async function placeNext(plan: Placing, places: Place[], copies: number, length: Sectors): Promise<Place[] | undefined> {
  for (let rest = places; ; ) {
    const pv = placeToCarry(rest, copies);
    if (pv === undefined) return undefined;
    try {
      await plan.place(pv, length);
      return rest.map((p) => (p.id === pv ? { ...p, carries: true } : p));
    } catch (e) {
      if (!(e instanceof DvmError) || e.exit !== 'noSpace') throw e;
      rest = rest.filter((p) => p.id !== pv);
    }
  }
}

/** The members that are written to, in the order of their paths, `sda` to `sdz` before `sdaa`. */
function placesOf(ctx: Context, { envelope }: Group): Place[] {
  return Object.entries(ctx.devices.devices)
    .filter(([pv]) => Object.hasOwn(envelope.pvs, pv) && !Object.hasOwn(envelope.absent ?? {}, pv))
    .sort(([, { path: a }], [, { path: b }]) => a.length - b.length || (a < b ? -1 : 1))
    .map(([id, { path, disk, regions }]) => ({ id, disk: disk ?? path, carries: regions.length > 0 }));
}

/** Sectors. */
export function largestRegion(ctx: Context, { envelope }: Group): Sectors {
  return Math.max(...memberRegions(ctx.devices.devices, envelope.pvs).map((r) => r.length));
}
