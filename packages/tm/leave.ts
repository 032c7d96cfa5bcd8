import type { Envelope, Group } from '#documents/group.js';
import { carryOut, nextEnvelope } from './apply.js';
import { type Context, type Loaded, memberRegions } from './context.js';
import { edit } from './edit.js';

import { committed, type Outcome } from './outcome.js';
import { transact } from './transaction.js';

/** Which PVs go over to which group. */
export type Leaving = NonNullable<Envelope['leaving']>;

/**
 * Writes down that PVs go over to another group, on all devices, theirs too: from then on it is decided.
 *
 * @returns the group as it then is, and the PVs whose regions did not take it
 */
export async function decideToLeave(ctx: Context, group: Group, leaving: Leaving): Promise<Outcome> {
  const next = { ...group, envelope: nextEnvelope(ctx, { ...group.envelope, leaving }) };
  const regions = memberRegions(ctx.devices.devices, group.envelope.pvs);
  const unflipped = await transact(ctx.store, undefined, { next, regions, plan: undefined, urgent: true });
  const behind = Object.entries(ctx.devices.devices).filter(([, { path }]) => unflipped.some((r) => r.path === path));
  return committed(
    next.envelope,
    undefined,
    behind.map(([pv]) => pv),
  );
}

/** True when PVs are on their way out of the group. */
export function isLeaving({ group }: Pick<Loaded, 'group'>): boolean {
  return group.envelope.leaving !== undefined;
}

/**
 * Carries out what the envelope says: the labels of the PVs that leave name the other group, then the next version is without
 * them and what lies on them. Every step is safe to repeat. A group of which nothing stays ends with its last label.
 */
export async function finishLeaving(ctx: Context, { group }: Pick<Loaded, 'group'>): Promise<Outcome | undefined> {
  const { leaving, ...envelope } = group.envelope;
  if (!leaving) return undefined;
  await handOverLabels(ctx, leaving);
  const pvs = Object.fromEntries(Object.entries(envelope.pvs).filter(([pv]) => !leaving.pvs.includes(pv)));
  if (Object.keys(pvs).length === 0) return committed(envelope, undefined);
  const edited = await edit(group, [[...ctx.names.split, ...leaving.pvs]], ctx.names.check, ctx.programs);
  const next = { ...edited, envelope: { ...envelope, pvs }, devices: ctx.devices.devices };
  return carryOut(ctx, group, next, { selection: [], urgent: true });
}

/** Those that carry metadata first: wherever labels name the other group it can be read what for. */
export function handOverLabels({ devices, handOver }: Context, { group, pvs }: Leaving): Promise<void> {
  const carries = (pv: string): boolean => (devices.devices[pv]?.regions.length ?? 0) > 0;
  const here = pvs.filter((pv) => Object.hasOwn(devices.devices, pv));
  return handOver([...here.filter(carries), ...here.filter((pv) => !carries(pv))], group);
}
