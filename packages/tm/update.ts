import type { Envelope, Group } from '#documents/group.js';
import { type Region, regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { sameJson } from '#tool/json.js';
import { Attached, type Word } from '#tool/programs.js';
import type { PlanView } from './activation.js';
import { changesBetween } from './changes.js';
import { type Context, type Loaded, load, memberRegions } from './context.js';
import { edit } from './edit.js';
import { finish } from './finish.js';
import type { Judgement } from './judge.js';
import { type DryRun, type Outcome, outcome } from './outcome.js';
import { transact } from './transaction.js';

export interface UpdateRequest {
  /** Mutators, each with its arguments. */
  stages: Word[][];
  dryRun: boolean;
  /** Selection arguments for the desired step. */
  selection: string[];
  /**
   * Zero what is new: `all`: also the ends of volumes, so that no old file system is found on them; `blank`: only what would
   * be taken for content, such as the records of a raid volume.
   */
  wipe?: 'all' | 'blank';
}

/**
 * Changes the metadata of a group by a chain of mutators, in one transaction with device-mapper.
 * An edit that changes nothing writes nothing.
 */
export async function update(ctx: Context, request: UpdateRequest): Promise<Outcome | DryRun> {
  const loaded = await settled(ctx, request.dryRun);
  const current = await ctx.activation?.current();
  const edited = await edit(loaded.group, [...pollStage(ctx, current), ...request.stages], ctx.names.check, ctx.programs);
  return apply(ctx, loaded.group, edited, request, current);
}

/** What the kernel has finished since (a merge, a move) is taken into the metadata first. */
function pollStage({ names: { poll } }: Context, current: unknown): Word[][] {
  return current === undefined || poll.length === 0 ? [] : [[...poll, '--current', new Attached(current)]];
}

/** The group with every copy current: an interrupted change is finished first, unless nothing may be touched. */
export async function settled(ctx: Context, dryRun: boolean): Promise<Loaded> {
  const loaded = dryRun ? await load(ctx) : (await finish(ctx)).loaded;
  requireComplete(ctx, loaded);
  const { toCommit, toAbort, pending } = loaded.judgement;
  if (toCommit.length + toAbort.length === 0 && !pending) return loaded;
  throw fail('pending', 'interrupted', `group "${loaded.group.envelope.group.name}" has an unfinished change`, {
    hint: 'run tm recover',
  });
}

/** Carries an edited group through the transaction, or describes it. */
export async function apply(
  ctx: Context,
  before: Group,
  edited: Group,
  request: Omit<UpdateRequest, 'stages'>,
  current?: unknown,
): Promise<Outcome | DryRun> {
  const changed = !sameJson(before.metadata, edited.metadata) || !sameJson(before.envelope, edited.envelope);
  const wiping = request.wipe === undefined ? [] : [request.wipe === 'all' ? '--wipe' : '--wipe-blank'];
  const plan = await ctx.activation?.plan(edited, before, [...request.selection, ...wiping], current);
  if (request.dryRun) return dryRun(before, edited, plan);
  if (!changed) return outcome(before.envelope, false, undefined);
  const next = { ...edited, envelope: nextEnvelope(ctx, edited.envelope) };
  const regions = memberRegions(ctx.devices.devices, next.envelope.pvs);
  const wipe = plan ? plan.wipe : await wipeOf(ctx, edited, before, wiping);
  if (wipe) await ctx.zero(wipe); // they are free until the commit: nothing is lost if it does not come
  const unflipped = await transact(ctx.store, ctx.activation, { next, regions, plan });
  return outcome(next.envelope, true, plan, pvsOf(ctx, unflipped));
}

/** What is new must be blank also where nothing is activated now. */
async function wipeOf(
  { names, programs }: Context,
  next: Group,
  previous: Group,
  words: string[],
): Promise<Region[] | undefined> {
  if (words.length === 0) return undefined;
  const desired = await programs.run([...names.desired, '--none', '--previous', new Attached(previous), ...words], next);
  return (desired as Pick<PlanView, 'wipe'> | undefined)?.wipe;
}

/** The envelope of the transaction that follows. Paths are refreshed: they are where the devices are now. */
export function nextEnvelope(ctx: Context, e: Envelope): Envelope {
  const pvs = Object.fromEntries(
    Object.entries(e.pvs).map(([pv, old]) => {
      const d = ctx.devices.devices[pv];
      return [pv, d ? { path: d.path, size: d.size, regions: d.regions } : old];
    }),
  );
  return { ...e, pvs, seqno: e.seqno + 1, parent: e.txn, txn: ctx.newTxn(), time: ctx.now(), host: ctx.host };
}

function dryRun(before: Group, edited: Group, plan: PlanView | undefined): DryRun {
  return {
    kind: 'dry-run',
    version: 1,
    group: before.envelope.group,
    changes: changesBetween(before, edited),
    plan: plan ?? null,
  };
}

function pvsOf(ctx: Context, regions: Region[]): string[] {
  const names = new Set(regions.map((r) => r.path));
  return Object.entries(ctx.devices.devices).flatMap(([pv, d]) => (names.has(d.path) ? [pv] : []));
}

/**
 * Updates need every copy: what is missing or behind is for `tm recover`, on purpose and recorded.
 *
 * @throws DvmError `missing-devices`, `out-of-sync` (exit 84)
 */
export function requireComplete(ctx: Context, { judgement, missing, group }: Loaded): void {
  const name = group.envelope.group.name;
  const unexpected = missing.filter((pv) => !(group.envelope.absent ?? []).includes(pv));
  if (unexpected.length > 0)
    throw fail('outOfSync', 'missing-devices', `group "${name}" misses ${unexpected.length} of its devices`, {
      hint: 'bring them back, or go on without them: tm recover --without PV',
      details: unexpected.map((pv) => ({ pv, lastPath: group.envelope.pvs[pv]?.path ?? null })),
    });
  refuseUnreadable(name, judgement);
  const bad = [...judgement.behind, ...judgement.unusable];
  if (bad.length > 0)
    throw fail('outOfSync', 'out-of-sync', `${bad.length} regions of group "${name}" do not hold its current version`, {
      hint: `discover ${name} | tm recover ${name}`,
      details: bad.map((c) => ({ region: regionName(c.region), state: c.state, txn: c.active?.txn ?? null })),
    });
  if (memberRegions(ctx.devices.devices, group.envelope.pvs).length === 0)
    throw fail('outOfSync', 'no-regions', `no present device of group "${name}" carries metadata`);
}

/** A device that fails is not for `tm recover`, but for whoever can see to it. */
function refuseUnreadable(group: string, { unusable }: Judgement): void {
  const failing = unusable.filter((c) => c.state === 'unreadable');
  const [first] = failing;
  if (!first) return;
  const more = failing.length > 1 ? ` (and ${failing.length - 1} more)` : '';
  throw fail(
    'outOfSync',
    'region-unreadable',
    `region "${regionName(first.region)}" of group "${group}" cannot be used${more}: ${first.error}`,
    {
      hint: 'see to the device and try again; or take it away and go on without it: tm recover --without PV',
      details: failing.map((c) => ({ region: regionName(c.region), pv: c.pv, error: c.error ?? null })),
    },
  );
}
