import type { Envelope, Group } from '#documents/group.js';
import { parseRecord } from '#documents/record.js';
import { fail } from '#tool/errors.js';
import { Attached } from '#tool/programs.js';
import { nextEnvelope } from './apply.js';
import { type Context, memberRegions, readAny, writtenRegions } from './context.js';
import { edit } from './edit.js';
import { tmCommand } from './hints.js';
import type { Copy } from './judge.js';
import { envelopeOf, versionsOf } from './judged.js';
import type { Leaving } from './leave.js';
import { copyOver } from './mend.js';
import { committed, type Outcome } from './outcome.js';
import { settled } from './settled.js';
import { transact } from './transaction.js';

/** Devices that carry this group's label, and the last version of the group that they come from. */
export interface Arrival {
  envelope: Envelope & { leaving: Leaving };
  copies: Copy[];
  /** No region holds a version of this group's own. */
  isNew: boolean;
}

/** Who has been handed over to this group and is not one of its members yet; undefined: nobody. */
export async function arrivalOf(ctx: Context): Promise<Arrival | undefined> {
  const { id } = ctx.devices.group;
  const versions = await Promise.all(
    versionsOf(await ctx.store.copies()).map(async (copies) => ({ copies, envelope: await envelopeOf(ctx, copies) })),
  );
  const own = versions.filter(({ envelope }) => envelope?.group.id === id);
  const members = own.flatMap(({ envelope }) => Object.keys(envelope?.pvs ?? {}));
  for (const { copies, envelope } of versions) {
    const leaving = envelope?.leaving;
    if (leaving?.group.id === id && !leaving.pvs.some((pv) => members.includes(pv)))
      return { envelope: { ...envelope, leaving } as Arrival['envelope'], copies, isNew: own.length === 0 };
  }
  return undefined;
}

/**
 * Takes in the devices that another group handed over, and what lies on them. A group that is new begins with them: its
 * first version follows the last one of the group that they come from, in their regions. Otherwise it is the group's own
 * regions that take the version in which they are members, and it is copied to theirs.
 *
 * @throws DvmError `interrupted` (exit 86) as long as some of them have not been handed over
 */
export async function arrive(ctx: Context): Promise<Outcome | undefined> {
  const arrival = await arrivalOf(ctx);
  if (!arrival) return undefined;
  requireAll(ctx, arrival);
  const part = await partOf(ctx, arrival);
  for (const { region, shadow } of arrival.copies) if (shadow) await ctx.store.abort([region], shadow.txn);
  return arrival.isNew ? begin(ctx, part) : join(ctx, part, arrival.copies);
}

function requireAll(ctx: Context, { envelope: { group, leaving } }: Arrival): void {
  const waiting = leaving.pvs.filter((pv) => !Object.hasOwn(ctx.devices.devices, pv));
  if (waiting.length === 0) return;
  throw fail(
    'pending',
    'interrupted',
    `PV ${waiting.join(', ')} of "${group.name}" are not handed over to "${leaving.group.name}" yet`,
    {
      hint: `to finish it: ${tmCommand(group.name, 'recover')}`,
    },
  );
}

/** What goes over: a group of its own. */
async function partOf(ctx: Context, { envelope, copies }: Arrival): Promise<Group> {
  const { devices } = ctx.devices;
  const { leaving, absent: _, ...rest } = envelope;
  const { metadata } = parseRecord(await readAny(ctx.store, copies), envelope.group.name);
  const whole: Group = { kind: 'group', version: 1, envelope, devices, metadata };
  const part = await edit(whole, [[...ctx.names.split, '--keep', ...leaving.pvs]], ctx.names.check, ctx.programs);
  return { ...part, envelope: { ...rest, group: leaving.group, pvs: membersOf(devices, leaving.pvs) } };
}

export function membersOf(devices: Group['devices'], pvs: readonly string[]): Envelope['pvs'] {
  return Object.fromEntries(
    Object.entries(devices)
      .filter(([pv]) => pvs.includes(pv))
      .map(([pv, { path, size, regions }]) => [pv, { path, size, regions }]),
  );
}

async function begin(ctx: Context, part: Group): Promise<Outcome> {
  const next = { ...part, envelope: nextEnvelope(ctx, part.envelope) };
  const regions = memberRegions(ctx.devices.devices, next.envelope.pvs);
  await transact(ctx.store, undefined, { next, regions, plan: undefined, urgent: true });
  return committed(next.envelope, undefined);
}

async function join(ctx: Context, part: Group, copies: readonly Copy[]): Promise<Outcome> {
  const { group } = await settled(ctx, false);
  const merged = await mergedWith(ctx, group, part);
  const next = { ...merged, envelope: nextEnvelope(ctx, merged.envelope) };
  const regions = writtenRegions(ctx.devices.devices, group.envelope);
  await transact(ctx.store, undefined, { next, regions, plan: undefined, urgent: true });
  const { failed } = await copyOver(ctx, next, copies);
  return committed(next.envelope, undefined, failed);
}

/** The group with the PVs and volumes of another one. */
export async function mergedWith(ctx: Context, group: Group, part: Group): Promise<Group> {
  const envelope = { ...group.envelope, pvs: { ...group.envelope.pvs, ...part.envelope.pvs } };
  const joined = { ...group, envelope, devices: { ...group.devices, ...part.devices } };
  return edit(joined, [[...ctx.names.merge, new Attached(part)]], ctx.names.check, ctx.programs);
}
