import type { Envelope, Group } from '#documents/group.js';
import type { Region } from '#documents/regions.js';
import { sameJson } from '#tool/json.js';
import { Attached } from '#tool/programs.js';
import type { PlanView } from './activation.js';
import { changesBetween } from './changes.js';
import { type Context, writtenRegions } from './context.js';
import { committed, type DryRun, type Outcome, outcome } from './outcome.js';
import { transact } from './transaction.js';

/** How an edited group is made the next version. */
export interface ChangeRequest {
  /** Selection arguments for the desired step. */
  selection: string[];
  /** May use the blocks that are kept for growing the regions. */
  urgent?: boolean;
  /**
   * Zero what is new: `all`: also the ends of volumes, so that no old file system is found on them; `blank`: only what would
   * be taken for content, such as the records of a raid volume.
   */
  wipe?: 'all' | 'blank';
}

/** Carries an edited group through the transaction, or describes it. `current` is the kernel's state, where it is known. */
export async function apply(
  ctx: Context,
  before: Group,
  edited: Group,
  request: ChangeRequest & { dryRun: boolean },
  current?: unknown,
): Promise<Outcome | DryRun> {
  if (!request.dryRun) return carryOut(ctx, before, edited, request, current);
  return dryRun(before, edited, await planOf(ctx, before, edited, request, current));
}

/** Carries an edited group through the transaction. */
export async function carryOut(
  ctx: Context,
  before: Group,
  edited: Group,
  request: ChangeRequest,
  current?: unknown,
): Promise<Outcome> {
  const changed = !sameJson(before.metadata, edited.metadata) || !sameJson(before.envelope, edited.envelope);
  const plan = await planOf(ctx, before, edited, request, current);
  if (!changed) return outcome(before.envelope, false, undefined);
  const next = { ...edited, envelope: nextEnvelope(ctx, edited.envelope) };
  const regions = writtenRegions(ctx.devices.devices, next.envelope);
  const wipe = plan ? plan.wipe : await wipeOf(ctx, before, edited, request);
  if (wipe) await ctx.zero(wipe); // they are free until the commit: nothing is lost if it does not come
  const unflipped = await transact(ctx.store, ctx.activation, { next, regions, plan, urgent: request.urgent ?? false });
  return committed(next.envelope, plan, pvsOf(ctx, unflipped));
}

async function planOf(
  ctx: Context,
  before: Group,
  edited: Group,
  request: ChangeRequest,
  current: unknown,
): Promise<PlanView | undefined> {
  return ctx.activation?.plan(edited, before, [...request.selection, ...wipeWords(request)], current);
}

/** What is new must be blank also where nothing is activated now. */
async function wipeOf(ctx: Context, before: Group, edited: Group, request: ChangeRequest): Promise<Region[] | undefined> {
  const words = wipeWords(request);
  if (words.length === 0) return undefined;
  const stage = [...ctx.names.desired, '--none', '--previous', new Attached(before), ...words];
  const desired = await ctx.programs.run(stage, edited);
  return (desired as Pick<PlanView, 'wipe'> | undefined)?.wipe;
}

function wipeWords({ wipe }: ChangeRequest): string[] {
  return wipe === undefined ? [] : [wipe === 'all' ? '--wipe' : '--wipe-blank'];
}

/** The envelope of the transaction that follows. Paths are refreshed: they are where the devices are now. */
export function nextEnvelope(ctx: Context, e: Envelope): Envelope {
  const pvs = presentPvs(ctx, e.pvs);
  return { ...e, pvs, seqno: e.seqno + 1, parent: e.txn, txn: ctx.newTxn(), time: ctx.now(), host: ctx.host };
}

/** The PVs of an envelope where their devices are now. Their regions change by `tm regions` alone, whatever labels say. */
function presentPvs(ctx: Context, pvs: Envelope['pvs']): Envelope['pvs'] {
  return Object.fromEntries(
    Object.entries(pvs).map(([pv, old]) => {
      const d = ctx.devices.devices[pv];
      return [pv, d ? { ...old, path: d.path, size: d.size } : old];
    }),
  );
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
