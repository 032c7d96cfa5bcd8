import { MAX_REGIONS } from '#discover/label.js';
import type { Envelope, Group } from '#documents/group.js';
import { type Region, regionsOf } from '#documents/regions.js';
import { MIN_BLOCKS } from '#replicator/format/superblock.js';
import { DvmError, fail } from '#tool/errors.js';
import { apply, type ChangeRequest, carryOut } from './apply.js';
import { type Context, type Loaded, load } from './context.js';
import { copyTo } from './copy.js';
import { edit, inBatches } from './edit.js';
import type { DryRun, Outcome } from './outcome.js';
import {
  checkWanted,
  devicesWith,
  type PvChange,
  planRegions,
  rangeWord,
  unfinishedRegions,
  type Wanted,
} from './region-plan.js';
import type { Store } from './store.js';

type Pv = Envelope['pvs'][string];

const limits = { most: MAX_REGIONS, smallest: MIN_BLOCKS * 8 };
const request: ChangeRequest = { selection: [], urgent: true };

/**
 * Gives PVs other regions while the group is in use:
 *
 *     decided: extents reserved, envelope says what comes (transaction)
 *        │ fails: nothing has changed
 *        ▼
 *     new regions filled ──▶ labels written ──▶ longer ones grown, dropped ones wiped ──▶ envelope, extents given up
 *        └─ fails: taken back (transaction)                                                (transaction)
 *
 * From the first transaction on it is decided: what a crash leaves is finished by whoever changes the group next.
 * Nobody looks at a region before a label names it, and by then it is whole. A longer one may be named before its
 * superblock knows: it is used as far as that says. Extents under a dropped one are given up last.
 *
 * @throws DvmError as `checkWanted` and the transactions do; `regions-failed` (exit 74)
 */
export async function setRegions(ctx: Context, { group }: Loaded, wanted: Wanted, dryRun: boolean): Promise<Outcome | DryRun> {
  checkWanted(ctx.devices, group.envelope.pvs, wanted, limits);
  const decided = await decide(ctx, group, wanted);
  if (dryRun) return apply(ctx, group, decided, { ...request, dryRun });
  const first = await carryOut(ctx, group, decided, request);
  return first.changed && !first.degraded ? finishRegions(ctx, await load(ctx)) : first;
}

/** The group with what its PVs are getting, and the extents under that reserved besides those under what they have. */
export function decide(ctx: Context, group: Group, wanted: Wanted): Promise<Group> {
  const pvs = { ...group.envelope.pvs };
  for (const { pv, regions } of planRegions(ctx.devices.devices, wanted)) pvs[pv] = { ...(pvs[pv] as Pv), next: regions };
  const stages = [...wanted].map(([pv, regions]) => [...ctx.names.reserve, pv, ...regions.map(rangeWord)]);
  return reserve(ctx, { ...group, envelope: { ...group.envelope, pvs } }, stages);
}

function reserve(ctx: Context, group: Group, stages: string[][]): Promise<Group> {
  return edit(group, inBatches(stages, ctx.names), ctx.names.check, ctx.programs);
}

/** Carries out what the envelope says is coming. Every step is safe to repeat. */
export async function finishRegions(ctx: Context, { group }: Loaded): Promise<Outcome> {
  const { pvs } = group.envelope;
  const wanted = unfinishedRegions(ctx.devices.devices, pvs);
  const changes = planRegions(ctx.devices.devices, wanted);
  await fill(ctx, group, changes);
  await ctx.relabel(new Map(changes.map((c) => [c.pv, c.regions])));
  await ctx.store.grow(regionsOf(only(ctx.devices.devices, wanted)));
  await wipeDropped(ctx, pvs, wanted);
  return carryOut(ctx, group, await settle(ctx, group, wanted), request);
}

/** The group when its PVs have the regions that their labels name, and nothing more is to come. */
export function settle(ctx: Context, group: Group, ids: ReadonlyMap<string, unknown>): Promise<Group> {
  const devices = { ...group.devices, ...only(ctx.devices.devices, ids) };
  const pvs = { ...group.envelope.pvs };
  for (const pv of ids.keys()) {
    const { next: _, ...rest } = pvs[pv] as Pv;
    pvs[pv] = { ...rest, regions: ctx.devices.devices[pv]?.regions ?? rest.regions };
  }
  const stages = [...ids.keys()].map((pv) => [...ctx.names.reserve, pv]);
  return reserve(ctx, { ...group, envelope: { ...group.envelope, pvs }, devices }, stages);
}

/** Copies the current version to regions that no label names yet. Where that fails no label will ever name one of them. */
async function fill(ctx: Context, group: Group, changes: readonly PvChange[]): Promise<void> {
  const added = new Map(changes.filter((c) => c.added.length > 0).map((c) => [c.pv, c.added]));
  if (added.size === 0) return;
  try {
    await inRegions(ctx, added, (store, regions) => copyTo(store, group, regions));
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    await carryOut(ctx, group, await settle(ctx, group, new Map(changes.map((c) => [c.pv, c]))), request);
    throw fail('io', 'regions-failed', `new regions could not be written: ${e.message}`, {
      hint: 'the PVs keep the regions they had; take other ones',
      details: e.toJSON(),
      cause: e,
    });
  }
}

/** What nobody uses any more must not look like a region, should one begin there again. */
async function wipeDropped(ctx: Context, pvs: Envelope['pvs'], wanted: Wanted): Promise<void> {
  const dropped = [...wanted].map(([pv, next]) => {
    const gone = pvs[pv]?.regions.filter((old) => !next.some((r) => r.start === old.start)) ?? [];
    return [pv, gone] as const;
  });
  const some = new Map(dropped.filter(([, regions]) => regions.length > 0));
  if (some.size === 0) return;
  try {
    await inRegions(ctx, some, (store, regions) => store.wipe(regions));
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    ctx.note(`note: a region that was given up could not be wiped: ${e.message}`); // it may be given up for that very reason
  }
}

/** Works on regions that labels do not name. */
async function inRegions(ctx: Context, wanted: Wanted, work: (store: Store, regions: Region[]) => Promise<void>): Promise<void> {
  const devices = only(devicesWith(ctx.devices.devices, wanted), wanted);
  const store = await ctx.openStore(devices);
  try {
    await work(store, regionsOf(devices));
  } finally {
    await store.close();
  }
}

function only<T>(all: { [pv: string]: T }, ids: ReadonlyMap<string, unknown>): { [pv: string]: T } {
  return Object.fromEntries(Object.entries(all).filter(([pv]) => ids.has(pv)));
}
