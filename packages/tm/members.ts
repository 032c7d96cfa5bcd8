import type { Envelope, Group } from '#documents/group.js';
import { noTxn } from '#documents/ids.js';
import { type Region, regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { shellWord } from '#tool/shell.js';
import { apply } from './apply.js';
import { arrivalOf } from './arrive.js';
import { type Context, load, memberRegions } from './context.js';
import { edit, inBatches } from './edit.js';
import { runPlan } from './finish.js';
import { tmCommand } from './hints.js';
import type { Copy } from './judge.js';
import { type DryRun, type Outcome, outcome } from './outcome.js';
import { settled } from './settled.js';

type Pvs = Envelope['pvs'];

/**
 * Makes the group of labelled devices: regions initialised, metadata made by the mutators, first version committed.
 * Safe to repeat after a crash; refused when the group already has a version.
 */
export async function init(ctx: Context, stages: string[][], dryRun: boolean): Promise<Outcome | DryRun> {
  const copies = await ctx.store.copies();
  for (const copy of copies) requireFresh(ctx, copy);
  const pvs = found(ctx, Object.keys(ctx.devices.devices));
  const regions = memberRegions(ctx.devices.devices, pvs);
  if (regions.length === 0)
    throw fail('notFound', 'no-regions', `no device of group "${ctx.devices.group.name}" carries a region for metadata`);
  const before = emptyGroup(ctx, pvs);
  const edited = await edit(before, stages, ctx.names.check, ctx.programs);
  if (!dryRun)
    await prepareFresh(
      ctx,
      copies.filter((c) => c.state === 'blank').map((c) => c.region),
      copies,
    );
  return apply(ctx, { ...before, envelope: { ...before.envelope, pvs: {} } }, edited, { dryRun, selection: [] });
}

function requireFresh(ctx: Context, { state, region, error }: Copy): void {
  const name = ctx.devices.group.name;
  if (state === 'blank' || state === 'empty') return;
  if (state === 'unreadable' || state === 'damaged')
    throw fail(
      'outOfSync',
      'region-unusable',
      `region "${regionName(region)}" is ${state}: whether group "${name}" is new is unknown`,
      {
        hint: `give the device up: discover rm --force ${shellWord(name)} ${shellWord(region.path)}`,
        details: { region, error: error ?? null },
      },
    );
  throw fail('exists', 'already-initialised', `group "${name}" already has metadata`, {
    hint: `to take in further devices: ${tmCommand(name, 'expand')}; to finish an interrupted init: ${tmCommand(name, 'recover')}`,
    details: { region },
  });
}

/** A crash of an earlier run may have left regions prepared; they start anew. */
async function prepareFresh(
  ctx: Context,
  blank: Region[],
  copies: Awaited<ReturnType<Context['store']['copies']>>,
): Promise<void> {
  for (const c of copies) if (c.shadow) await ctx.store.abort([c.region], c.shadow.txn);
  await ctx.store.init(blank);
}

function emptyGroup(ctx: Context, pvs: Pvs): Group {
  const envelope: Envelope = {
    group: ctx.devices.group,
    seqno: 0,
    txn: noTxn,
    parent: noTxn,
    time: ctx.now(),
    host: ctx.host,
    pvs,
  };
  return { kind: 'group', version: 1, envelope, devices: ctx.devices.devices, metadata: {} };
}

function found(ctx: Context, ids: string[]): Pvs {
  return Object.fromEntries(
    ids.flatMap((pv) => {
      const d = ctx.devices.devices[pv];
      return d ? [[pv, { path: d.path, size: d.size, regions: d.regions }]] : [];
    }),
  );
}

/** Takes in the labelled devices that the envelope does not name yet. */
export async function expand(ctx: Context, stages: string[][], dryRun: boolean): Promise<Outcome | DryRun> {
  const { group, copies } = await settled(ctx, dryRun);
  const added = Object.keys(ctx.devices.devices).filter((pv) => !Object.hasOwn(group.envelope.pvs, pv));
  if (added.length === 0) return outcome(group.envelope, false, undefined);
  await refuseArrival(ctx);
  const grown: Group = {
    ...group,
    envelope: { ...backAgain(group.envelope, added), pvs: { ...group.envelope.pvs, ...found(ctx, added) } },
    devices: ctx.devices.devices,
  };
  const edited = await edit(grown, inBatches(stages, ctx.names), ctx.names.check, ctx.programs);
  const fresh = copies.filter((c) => added.includes(c.pv) && c.state !== 'empty').map((c) => c.region);
  if (!dryRun) await ctx.store.init(fresh);
  return apply(ctx, group, edited, { dryRun, selection: [] });
}

/** What has been handed over to the group is taken in with what lies on it. */
async function refuseArrival(ctx: Context): Promise<void> {
  const arrival = await arrivalOf(ctx);
  if (!arrival) return;
  const { group, leaving } = arrival.envelope;
  throw fail('pending', 'interrupted', `PV ${leaving.pvs.join(', ')} come from group "${group.name}", with what lies on them`, {
    hint: `to take them in: ${tmCommand(leaving.group.name, 'recover')}`,
  });
}

/** A device that left the group while it was away, and joins it once more. */
function backAgain({ absent, ...envelope }: Envelope, added: readonly string[]): Envelope {
  const still = Object.entries(absent ?? {}).filter(([pv]) => !added.includes(pv));
  return still.length > 0 ? { ...envelope, absent: Object.fromEntries(still) } : envelope;
}

/**
 * The PV that an id or a path names.
 *
 * @throws DvmError `no-pv` (exit 80)
 */
export function resolvePv(ctx: Context, pvs: Pvs, name: string): string {
  if (Object.hasOwn(pvs, name) || Object.hasOwn(ctx.devices.devices, name)) return name;
  const byPath =
    Object.entries(ctx.devices.devices).find(([, d]) => d.path === name) ?? Object.entries(pvs).find(([, p]) => p.path === name);
  if (byPath) return byPath[0];
  throw fail('notFound', 'no-pv', `"${name}" is no device of group "${ctx.devices.group.name}"`);
}

/** Renames the group: the envelope, and with it its active devices. The labels follow: their name is
 * only a hint, so a crash in between harms nothing, and the next rename or `discover add` mends it. */
export async function rename(ctx: Context, to: string, dryRun: boolean): Promise<Outcome | DryRun> {
  await ctx.refuseTakenName(to);
  const { group } = await settled(ctx, dryRun);
  const envelope = { ...group.envelope, group: { ...group.envelope.group, name: to } };
  const renamed = await edit({ ...group, envelope }, [], ctx.names.check, ctx.programs); // does it suit every volume's?
  const result = await apply(ctx, group, renamed, { dryRun, selection: [] });
  if (!dryRun) await ctx.renameLabels(envelope.group);
  return result;
}

/**
 * Unmakes a group: the mutators agree that nothing is lost, everything is deactivated (refused while in use), then the
 * regions are wiped. A repeated run finishes an interrupted one.
 */
export async function destroy(ctx: Context, stages: string[][]): Promise<Outcome> {
  const copies = await ctx.store.copies();
  if (copies.every((c) => c.state === 'blank' || c.state === 'empty')) return destroyed(ctx, copies);
  const { group } = await load(ctx);
  await edit(group, stages, [], ctx.programs);
  const plan = await ctx.activation?.plan(group, undefined, ['--none']);
  if (plan) await runPlan(ctx, plan);
  await ctx.store.wipe(copies.map((c) => c.region));
  return outcome({ group: group.envelope.group, seqno: 0, txn: noTxn }, true, plan);
}

/** There is no metadata any more, or there never was. */
async function destroyed(ctx: Context, copies: readonly Copy[]): Promise<Outcome> {
  const initialised = copies.filter((c) => c.state === 'empty').map((c) => c.region);
  await ctx.store.wipe(initialised);
  return outcome(emptyGroup(ctx, {}).envelope, initialised.length > 0, undefined);
}
