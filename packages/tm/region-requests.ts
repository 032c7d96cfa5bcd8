import type { DeviceRange } from '#documents/layout.js';
import { placeType } from '#documents/place.js';
import { fail } from '#tool/errors.js';
import { formatSize, type Sectors } from '#tool/units.js';
import { type Context, type Loaded, memberRegions } from './context.js';
import { edit } from './edit.js';
import { resolvePv } from './members.js';
import type { DryRun, Outcome } from './outcome.js';
import { devicesWith, rangeWord } from './region-plan.js';
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

async function wantedRegions(ctx: Context, loaded: Loaded, request: RegionsRequest): Promise<Map<string, DeviceRange[]>> {
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
async function grown(ctx: Context, loaded: Loaded, { pvs, size }: RegionsRequest): Promise<Map<string, DeviceRange[]>> {
  if (size === undefined)
    throw fail('usage', 'missing-option', 'the new size of the regions is not given', {
      hint: `for example --size ${twice(ctx)}`,
    });
  const carriers = Object.keys(loaded.group.envelope.pvs).filter((pv) => regionsOf(ctx, pv).length > 0);
  const plan = new Placing(ctx, loaded);
  for (const pv of pvs.length > 0 ? pvs : carriers)
    for (const region of regionsOf(ctx, pv)) if (region.length < size) await plan.place(pv, size, region);
  return plan.wanted(pvs.length > 0 ? pvs : carriers);
}

function twice(ctx: Context): string {
  return formatSize(2 * Math.max(0, ...Object.values(ctx.devices.devices).flatMap((d) => d.regions.map((r) => r.length))));
}

/** At a given place, or on PVs that carry none yet where there is room. */
async function added(ctx: Context, loaded: Loaded, { pvs, ranges, size }: RegionsRequest): Promise<Map<string, DeviceRange[]>> {
  if (pvs.length === 0) throw fail('usage', 'missing-argument', 'argument PV is missing');
  if (ranges.length > 0 && (pvs.length > 1 || size !== undefined))
    throw fail('usage', 'contradiction', 'regions given by place are for one PV, and say how large they are');
  const plan = new Placing(ctx, loaded);
  const [only = ''] = pvs;
  if (ranges.length > 0) return new Map([[only, [...without(regionsOf(ctx, only), ranges), ...ranges]]]);
  const length = size ?? Math.max(...memberRegions(ctx.devices.devices, loaded.group.envelope.pvs).map((r) => r.length));
  for (const pv of pvs) if (regionsOf(ctx, pv).length === 0) await plan.place(pv, length);
  return plan.wanted(pvs);
}

/** Asks for one place after another; each is taken when the next one is looked for. */
class Placing {
  readonly #ctx: Context;
  #group: Loaded['group'];
  readonly #regions = new Map<string, DeviceRange[]>();

  constructor(ctx: Context, { group }: Loaded) {
    this.#ctx = ctx;
    this.#group = group;
  }

  /** Finds room for a region, or for one that is to grow: where it is if possible. */
  async place(pv: string, length: Sectors, region?: DeviceRange): Promise<void> {
    const { names, programs } = this.#ctx;
    const words = [...names.place, pv, '--size', `${length}s`, ...(region ? ['--region', rangeWord(region)] : [])];
    const { start } = placeType.parse(await programs.run(words, this.#group), `output of ${names.place[0]}`);
    const others = this.#of(pv).filter((r) => r.start !== region?.start);
    this.#regions.set(pv, [...others, { start, length }]);
    const devices = devicesWith(this.#group.devices, this.#regions);
    this.#group = await edit({ ...this.#group, devices }, [[...names.reserve, pv]], [], programs);
  }

  wanted(pvs: readonly string[]): Map<string, DeviceRange[]> {
    return new Map(pvs.map((pv) => [pv, this.#of(pv)]));
  }

  #of(pv: string): DeviceRange[] {
    return this.#regions.get(pv) ?? regionsOf(this.#ctx, pv);
  }
}
