import type { Devices } from '#documents/devices.js';
import type { Group } from '#documents/group.js';
import { fail } from '#tool/errors.js';
import { apply } from './apply.js';
import { arrive, membersOf, mergedWith } from './arrive.js';
import { type Context, writtenRegions } from './context.js';
import { edit } from './edit.js';
import { tmCommand } from './hints.js';
import { absentFrom } from './judge.js';
import { decideToLeave, finishLeaving, handOverLabels, type Leaving } from './leave.js';
import { resolvePv } from './members.js';
import type { DryRun, Outcome } from './outcome.js';
import { lookAt } from './relabel.js';
import { settled } from './settled.js';

/**
 * PVs go over to another group, with the volumes that lie on them:
 *
 *     decided: on all devices the envelope says who leaves (transaction)
 *        ▼
 *     labels of those that leave ──▶ the other group takes them in ──▶ the group is without them
 *       name the other group           (transaction of that one)          (transaction)
 *
 * At every instant what lies on them is in a committed version that is on devices of one label: of the group they come
 * from, until the other one has them. What a crash leaves is finished by `tm recover` of either group, this one first.
 */

/**
 * Makes a new group of some of a group's PVs.
 *
 * @throws DvmError `nothing-stays` (exit 64), `no-regions` (exit 84), `last-region`, `volumes-active` (exit 83), those of the filters
 */
export async function split(ctx: Context, name: string, names: readonly string[], dryRun: boolean): Promise<Outcome | DryRun> {
  await ctx.refuseTakenName(name);
  const { group } = await settled(ctx, dryRun);
  const pvs = [...new Set(names.map((n) => resolvePv(ctx, group.envelope.pvs, n)))];
  const { rest } = await divided(ctx, group, pvs);
  if (Object.keys(rest.envelope.pvs).length === 0)
    throw fail('usage', 'nothing-stays', `no device would stay in group "${group.envelope.group.name}"`, {
      hint: `to give it another name: ${tmCommand(group.envelope.group.name, 'rename', name)}`,
    });
  requireRegions(ctx, rest);
  if (dryRun) return apply(ctx, group, rest, { dryRun, selection: [] });
  const to: Devices = { ...ctx.devices, group: { id: ctx.newId(), name }, devices: {}, missing: {}, problems: [] };
  return goOver(ctx, group, { group: to.group, pvs }, (devices) => inGroup(ctx, { ...to, devices }, arrive));
}

/**
 * Takes all PVs of a group over into another one; the group is no more.
 *
 * @throws DvmError `same-group` (exit 64), `volumes-active` (exit 83), those of the filters
 */
export async function merge(ctx: Context, into: string, dryRun: boolean): Promise<Outcome | DryRun> {
  const { group } = await settled(ctx, dryRun);
  const pvs = Object.keys(group.envelope.pvs);
  const { part } = await divided(ctx, group, pvs);
  const found = await ctx.findGroup(into);
  if (found.group.id === group.envelope.group.id)
    throw fail('usage', 'same-group', `group "${found.group.name}" cannot be merged with itself`);
  return inGroup(ctx, found, async (other) => {
    const before = (await settled(other, dryRun)).group;
    requireWhole(before);
    const merged = await mergedWith(other, before, part);
    if (dryRun) return apply({ ...other, activation: undefined }, before, merged, { dryRun, selection: [] });
    return goOver(ctx, group, { group: other.devices.group, pvs }, async (devices) => {
      await lookAt(other, { ...other.devices.devices, ...devices });
      return arrive(other);
    });
  });
}

async function inGroup<T>(ctx: Context, devices: Devices, work: (other: Context) => Promise<T>): Promise<T> {
  const opened = await ctx.openGroup(devices);
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

/** The group without the PVs, and what they are by themselves; neither is written yet. */
async function divided(ctx: Context, group: Group, pvs: readonly string[]): Promise<{ rest: Group; part: Group }> {
  requireWhole(group);
  const half = (...words: string[]) => edit(group, [[...ctx.names.split, ...words, ...pvs]], ctx.names.check, ctx.programs);
  const [rest, part] = [await half(), await half('--keep')];
  await requireInactive(ctx, group, rest);
  const { devices, envelope } = group;
  const staying = Object.keys(envelope.pvs).filter((pv) => !pvs.includes(pv));
  const only = (ids: readonly string[], of: Group): Group => ({
    ...of,
    envelope: { ...envelope, pvs: membersOf(devices, ids) },
    devices: Object.fromEntries(Object.entries(devices).filter(([pv]) => ids.includes(pv))),
  });
  requireRegions(ctx, only(pvs, part));
  return { rest: only(staying, rest), part: only(pvs, part) };
}

/** Both groups change their members: a device that is away would not know. */
function requireWhole({ envelope }: Group): void {
  const absent = absentFrom(envelope);
  if (absent.length === 0) return;
  throw fail('outOfSync', 'missing-devices', `group "${envelope.group.name}" goes on without PV ${absent.join(', ')}`, {
    hint: `bring it back, or take it out of the group: ${tmCommand(envelope.group.name, 'reduce', ...absent)}`,
  });
}

/** Devices carry the id of their group, which the kernel does not change. */
async function requireInactive(ctx: Context, group: Group, rest: Group): Promise<void> {
  const plan = await ctx.activation?.plan(rest, group, []);
  const active = (plan?.summary as { action: string; name: string }[] | undefined)?.filter((e) => e.action === 'remove') ?? [];
  if (active.length === 0) return;
  const names = active.map((e) => e.name);
  throw fail('inUse', 'volumes-active', `volumes that go over are active: ${names.join(', ')}`, {
    hint: `deactivate them first: ${tmCommand(group.envelope.group.name, 'activate')} -- --deactivate LV`,
    details: { devices: names },
  });
}

function requireRegions(ctx: Context, { envelope }: Group): void {
  if (writtenRegions(ctx.devices.devices, envelope).length > 0) return;
  const pvs = Object.keys(envelope.pvs);
  throw fail('outOfSync', 'no-regions', `none of PV ${pvs.join(', ')} carries metadata, and they are to be a group`, {
    hint: `give one of them a region first: ${tmCommand(envelope.group.name, 'regions add', ...pvs.slice(0, 1))}`,
  });
}

/** @param takeIn has the other group take in the devices, whose labels name it by then */
async function goOver(
  ctx: Context,
  group: Group,
  leaving: Leaving,
  takeIn: (devices: Devices['devices']) => Promise<Outcome | undefined>,
): Promise<Outcome> {
  const devices = Object.fromEntries(Object.entries(ctx.devices.devices).filter(([pv]) => leaving.pvs.includes(pv)));
  const decided = await decideToLeave(ctx, group, leaving);
  if (decided.degraded) return decided; // recover mends that first
  await handOverLabels(ctx, leaving);
  const arrived = await takeIn(devices);
  const { seqno, txn } = decided;
  await finishLeaving(ctx, { group: { ...group, envelope: { ...group.envelope, seqno, txn, leaving } } });
  return arrived ?? decided;
}
