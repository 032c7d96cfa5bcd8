import { COPIES } from '#discover/copies.js';
import type { DeviceRange } from '#documents/layout.js';
import { fail } from '#tool/errors.js';
import { formatSize, type Sectors } from '#tool/units.js';
import type { Context, Loaded } from './context.js';
import { resolvePv } from './members.js';
import { largestRegion, moreCopies } from './more-copies.js';
import type { DryRun, Outcome } from './outcome.js';
import { Placing } from './placing.js';
import type { Wanted } from './region-plan.js';
import { setRegions } from './regions.js';
import { settled } from './settled.js';

/** What `tm regions` was asked to do with which PVs (ids or paths). */
export interface RegionsRequest {
  action: 'grow' | 'add' | 'remove';
  pvs: string[];
  /** Regions given by place. */
  ranges: DeviceRange[];
  /** Sectors. */
  size: Sectors | undefined;
  /** How many PVs are to carry regions, when they are not named. */
  copies?: number | undefined;
}

/**
 * Changes where a group keeps its metadata: each region of the PVs becomes at least `size` (grow), they get regions
 * (add), or lose them (remove). What already is so stays so.
 */
export async function changeRegions(ctx: Context, request: RegionsRequest, dryRun: boolean): Promise<Outcome | DryRun> {
  const loaded = await settled(ctx, dryRun);
  const pvs = [...new Set(request.pvs.map((name) => resolvePv(ctx, loaded.group.envelope.pvs, name)))];
  const wanted = await wantedRegions(ctx, loaded, { ...request, pvs });
  return setRegions(ctx, loaded, wanted, dryRun);
}

async function wantedRegions(ctx: Context, loaded: Loaded, request: RegionsRequest): Promise<Wanted> {
  switch (request.action) {
    case 'grow':
      return grown(ctx, loaded, request);
    case 'add':
      return added(ctx, loaded, request);
    case 'remove':
      return new Map(request.pvs.map((pv) => [pv, request.ranges.length > 0 ? without(regionsOf(ctx, pv), request.ranges) : []]));
  }
}

function regionsOf(ctx: Context, pv: string): DeviceRange[] {
  return ctx.devices.devices[pv]?.regions ?? [];
}

function without(have: readonly DeviceRange[], ranges: readonly DeviceRange[]): DeviceRange[] {
  return have.filter((r) => !ranges.some((gone) => gone.start === r.start));
}

/** Without PVs: all that carry regions, so that no copy is the one that is too small. */
async function grown(ctx: Context, loaded: Loaded, { pvs, size }: RegionsRequest): Promise<Wanted> {
  if (size === undefined)
    throw fail('usage', 'missing-option', 'the new size of the regions is not given', {
      hint: `for example --size ${twice(ctx)}`,
    });
  const plan = new Placing(ctx, loaded.group);
  for (const pv of pvs.length > 0 ? pvs : Object.keys(loaded.group.envelope.pvs))
    for (const region of regionsOf(ctx, pv)) if (region.length < size) await plan.place(pv, size, region);
  return plan.wanted();
}

function twice(ctx: Context): string {
  return formatSize(2 * Math.max(0, ...Object.values(ctx.devices.devices).flatMap((d) => d.regions.map((r) => r.length))));
}

/** At a given place, or on PVs that carry none yet where there is room; without PVs on as many as there should be. */
async function added(ctx: Context, loaded: Loaded, { pvs, ranges, size, copies }: RegionsRequest): Promise<Wanted> {
  if (pvs.length > 0 && copies !== undefined)
    throw fail('usage', 'contradiction', 'either PVs are given, or how many are to carry regions');
  if (pvs.length === 0) return moreCopies(ctx, loaded.group, { copies: copies ?? COPIES, size });
  if (ranges.length > 0 && (pvs.length > 1 || size !== undefined))
    throw fail('usage', 'contradiction', 'regions given by place are for one PV, and say how large they are');
  const plan = new Placing(ctx, loaded.group);
  const [only = ''] = pvs;
  if (ranges.length > 0) return new Map([[only, [...without(regionsOf(ctx, only), ranges), ...ranges]]]);
  for (const pv of pvs) if (regionsOf(ctx, pv).length === 0) await plan.place(pv, size ?? largestRegion(ctx, loaded.group));
  return plan.wanted(pvs);
}
