import { type LabelWorld, labelRegions } from '#discover/update.js';
import type { DeviceRange } from '#documents/layout.js';
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
  const devices = devicesWith(ctx.devices.devices, regions);
  const old = ctx.store;
  ctx.store = await ctx.openStore(devices);
  ctx.devices = { ...ctx.devices, devices };
  await old.close();
}
