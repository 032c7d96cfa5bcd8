import { handOverLabel, type LabelWorld, labelRegions } from '#discover/update.js';
import type { Devices } from '#documents/devices.js';
import type { DeviceRange } from '#documents/layout.js';
import { regionsOf } from '#documents/regions.js';
import type { Context } from './context.js';
import { devicesWith } from './region-plan.js';

/** Makes the labels of PVs name these regions, one after another, and looks at those from then on. */
export async function relabel(
  ctx: Context,
  world: LabelWorld,
  regions: ReadonlyMap<string, readonly DeviceRange[]>,
): Promise<void> {
  if (regions.size === 0) return;
  for (const [pv, ranges] of regions) await labelRegions(world, ctx.devices, pv, ranges);
  await lookAt(ctx, devicesWith(ctx.devices.devices, regions));
}

/** Makes the labels of PVs name another group, one after another, and looks at the other PVs alone from then on. */
export async function handOver(ctx: Context, world: LabelWorld, pvs: readonly string[], to: Devices['group']): Promise<void> {
  if (pvs.length === 0) return;
  for (const pv of pvs) await handOverLabel(world, ctx.devices, pv, to);
  await lookAt(ctx, Object.fromEntries(Object.entries(ctx.devices.devices).filter(([pv]) => !pvs.includes(pv))));
}

/** Works on these devices from now on; where they carry no regions there is nothing more to work on. */
export async function lookAt(ctx: Context, devices: Devices['devices']): Promise<void> {
  const old = ctx.store;
  if (regionsOf(devices).length > 0) {
    ctx.store = await ctx.openStore(devices);
    await old.close();
  }
  ctx.devices = { ...ctx.devices, devices };
}
