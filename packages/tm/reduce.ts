import type { Envelope, Group } from '#documents/group.js';
import { regionsOf } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { apply } from './apply.js';
import { type Context, load, writtenRegions } from './context.js';
import { edit, inBatches } from './edit.js';
import { tmCommand } from './hints.js';
import { absentFrom } from './judge.js';
import { resolvePv } from './members.js';
import { moreCopies } from './more-copies.js';
import type { DryRun, Outcome } from './outcome.js';
import { decide, finishRegions } from './regions.js';
import { settled } from './settled.js';

export interface ReduceRequest {
  /** PV ids or paths. */
  names: string[];
  /** Mutators, which free the devices in the metadata. */
  stages: string[][];
  dryRun: boolean;
  /** Give no other devices regions in place of those that leave. */
  fewerCopies?: boolean;
}

/**
 * Takes devices out: the mutators free them, the next version no longer names them, and has others carry regions in their
 * place; then their regions are wiped. Repeating it finishes an interrupted run.
 *
 * @throws DvmError `last-region` (exit 83), `no-pv` (exit 80), those of the mutators and of the transaction
 */
export async function reduce(ctx: Context, request: ReduceRequest): Promise<Outcome | DryRun> {
  const { group } = await settled(ctx, request.dryRun);
  const ids = request.names.map((name) => resolvePv(ctx, group.envelope.pvs, name));
  const next = ids.some((pv) => Object.hasOwn(group.envelope.pvs, pv)) ? await without(ctx, group, ids, request) : group;
  const result = await apply(ctx, group, next, { dryRun: request.dryRun, selection: [] });
  if (request.dryRun) return result;
  if (Object.values(next.envelope.pvs).some((pv) => pv.next) && !('degraded' in result))
    await finishRegions(ctx, await load(ctx));
  const absent = absentFrom(group.envelope);
  await ctx.store.wipe(regionsOf(pick(ctx.devices.devices, (pv) => ids.includes(pv) && !absent.includes(pv))));
  return result;
}

/** The group without some of its PVs. */
async function without(ctx: Context, group: Group, ids: readonly string[], request: ReduceRequest): Promise<Group> {
  const stays = (pv: string): boolean => !ids.includes(pv);
  const pvs = pick(group.envelope.pvs, stays);
  if (writtenRegions(ctx.devices.devices, { ...group.envelope, pvs }).length === 0) throw lastRegion(group, request.names, pvs);
  const edited = await edit(group, inBatches(request.stages, ctx.names), ctx.names.check, ctx.programs);
  const fewer: Group = { ...edited, envelope: { ...edited.envelope, pvs }, devices: pick(group.devices, stays) };
  const copies = carriers(group.envelope.pvs);
  const lost = copies - carriers(pvs);
  if (request.fewerCopies || lost === 0) return fewer;
  const wanted = await moreCopies(ctx, fewer, { copies, most: lost });
  return wanted.size > 0 ? decide(ctx, fewer, wanted) : fewer;
}

function carriers(pvs: Envelope['pvs']): number {
  return Object.values(pvs).filter((pv) => pv.regions.length > 0).length;
}

function pick<T>(all: { [pv: string]: T }, chosen: (pv: string) => boolean): { [pv: string]: T } {
  return Object.fromEntries(Object.entries(all).filter(([pv]) => chosen(pv)));
}

function lastRegion({ envelope: { group } }: Group, names: readonly string[], stay: Envelope['pvs']) {
  return fail('inUse', 'last-region', `without ${names.join(', ')} no device of group "${group.name}" would carry its metadata`, {
    hint:
      Object.keys(stay).length > 0
        ? `give a device that stays a region first: ${tmCommand(group.name, 'regions add')}`
        : `to remove the whole group: ${tmCommand(group.name, 'destroy')}`,
  });
}
