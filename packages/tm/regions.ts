import { MAX_REGIONS } from '#discover/label.js';
import type { Envelope, Group } from '#documents/group.js';
import { MIN_BLOCKS } from '#replicator/format/superblock.js';
import { type Context, type Loaded, load, memberRegions } from './context.js';
import { edit, inBatches } from './edit.js';
import type { DryRun, Outcome } from './outcome.js';
import { copyTo } from './recover.js';
import { checkWanted, devicesWith, type PvChange, planRegions, rangeWord, type Wanted } from './region-plan.js';
import { apply, carryOut, presentPvs } from './update.js';

const limits = { most: MAX_REGIONS, smallest: MIN_BLOCKS * 8 };

/**
 * Gives PVs other regions while the group is in use. What a crash leaves after any step is a sound group that can be read and
 * changed; repeating the command goes on where it stopped:
 *
 *     extents reserved ─▶ new regions filled ─▶ labels written ─▶ longer ones grown, dropped ones wiped
 *      (transaction)                                                  └─▶ envelope; extents given up (transaction)
 *
 * Nobody looks at a region before a label names it, and by then it is whole. A longer one may be named before its
 * superblock knows: it is used as far as that says. Extents under a dropped one are given up last.
 */
export async function setRegions(ctx: Context, { group }: Loaded, wanted: Wanted, dryRun: boolean): Promise<Outcome | DryRun> {
  checkWanted(ctx.devices, group.envelope.pvs, wanted, limits);
  const after: Context = { ...ctx, devices: devicesWith(ctx.devices, wanted) };
  const reserved = await reserve(ctx, group, wanted);
  if (dryRun) return apply(ctx, group, renamed(after, reserved), { dryRun, selection: [] });
  const first = await carryOut(ctx, group, reserved, request);
  if (first.degraded) return first;
  const changes = planRegions(ctx.devices.devices, wanted);
  await fill(ctx, changes);
  for (const { pv, regions } of changes) await ctx.labelRegions(pv, regions);
  const last = await settleRegions(ctx, after, changes, [...wanted.keys()]);
  return { ...last, changed: first.changed || last.changed };
}

const request = { dryRun: false, selection: [], urgent: true };

/** The group with the extents under the wanted regions reserved, besides those under the present ones. */
function reserve(ctx: Context, group: Group, wanted: Wanted): Promise<Group> {
  const stages = [...wanted].map(([pv, regions]) => [...ctx.names.reserve, pv, ...regions.map(rangeWord)]);
  return edit(group, inBatches(stages, ctx.names), ctx.names.check, ctx.programs);
}

/** Copies the current version to regions that no label names yet. */
async function fill(ctx: Context, changes: readonly PvChange[]): Promise<void> {
  const added = new Map(changes.filter((c) => c.added.length > 0).map((c) => [c.pv, c.added]));
  if (added.size === 0) return;
  const { group } = await load(ctx);
  const found = Object.entries(devicesWith(ctx.devices, added).devices).filter(([pv]) => added.has(pv));
  const store = await ctx.openStore(Object.fromEntries(found));
  try {
    await copyTo({ ...ctx, store }, group, [...added.values()].flat());
  } finally {
    await store.close();
  }
}

/** The labels name the regions: what is left is to take longer ones into use, and to let the group know. */
async function settleRegions(before: Context, after: Context, changes: readonly PvChange[], pvs: string[]): Promise<Outcome> {
  const store = await after.openStore(after.devices.devices);
  const ctx: Context = { ...after, store };
  try {
    const { group } = await load(ctx);
    const grown = await store.grow(memberRegions(ctx.devices.devices, only(group.envelope.pvs, pvs)));
    await before.store.wipe(changes.flatMap((c) => c.removed));
    const edited = await reserve(ctx, renamed(ctx, group), new Map(pvs.map((pv) => [pv, []])));
    const last = await carryOut(ctx, group, edited, request);
    return { ...last, changed: last.changed || grown || changes.length > 0 };
  } finally {
    await store.close();
  }
}

function only(pvs: Envelope['pvs'], ids: readonly string[]): Envelope['pvs'] {
  return Object.fromEntries(Object.entries(pvs).filter(([pv]) => ids.includes(pv)));
}

/** The group with its envelope naming the devices' present regions. */
function renamed(ctx: Context, group: Group): Group {
  return { ...group, envelope: { ...group.envelope, pvs: presentPvs(ctx, group.envelope.pvs) } };
}
