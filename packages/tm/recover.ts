import { regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { isEmpty } from './activation.js';
import { carryOut, nextEnvelope } from './apply.js';
import { type Context, type Loaded, load, loadVersion, memberRegions } from './context.js';
import { copyTo } from './copy.js';
import { finish, reconcile } from './finish.js';
import { inSync, judge } from './judge.js';
import { committed, type Outcome, outcome } from './outcome.js';
import { strangeRegions, unfinishedRegions } from './region-plan.js';
import { finishRegions, settle } from './regions.js';
import { requireCopies, unexpectedlyMissing } from './settled.js';
import { transact } from './transaction.js';

export interface RecoverRequest {
  /** PV ids that the group goes on without. */
  without: string[];
  /** PV ids whose version is kept where copies diverged. */
  from: string[];
}

/**
 * Mends what can be mended: finishes or undoes an interrupted change, copies the current version to regions that are
 * behind or unusable, brings labels and kernel in line. What would lose something is done only when named: a diverged
 * side (`from`), missing devices (`without`). It never removes a volume.
 */
export async function recover(ctx: Context, request: RecoverRequest): Promise<Outcome> {
  if (request.from.length > 0) await chooseSide(ctx, request.from);
  const { loaded, plan, changed } = await finish(ctx);
  let mended = changed;
  for (const step of [mend, forgetLeft, acceptMissing(request.without), followRegions, followName])
    mended = (await step(ctx, await load(ctx))) || mended;
  const { group } = await load(ctx);
  const settledPlan = plan ?? (await reconcile(ctx, loaded));
  if (group.envelope.txn !== loaded.group.envelope.txn) return committed(group.envelope, settledPlan);
  return outcome(group.envelope, mended || (settledPlan !== undefined && !isEmpty(settledPlan)), settledPlan);
}

/** Copies the current version over regions that lack it. Each region is empty in between, which the next run mends. */
async function mend(ctx: Context, { group, judgement }: Loaded): Promise<boolean> {
  const regions = [...judgement.behind, ...judgement.unusable].map((c) => c.region);
  for (const r of regions) ctx.note(`copying the current version to ${regionName(r)}`);
  if (regions.length > 0) await copyTo(ctx.store, group, regions);
  return regions.length > 0;
}

/** Wipes what a device still holds of the group it was taken out of, when the run that did it did not come to that. */
async function forgetLeft(ctx: Context, { group, judgement, copies }: Loaded): Promise<boolean> {
  const older = new Set([judgement.head?.parent, ...judgement.atHead.flatMap((c) => c.ancestors)]);
  const left = copies.filter((c) => !Object.hasOwn(group.envelope.pvs, c.pv) && c.active && older.has(c.active.txn));
  await ctx.store.wipe(left.map((c) => c.region));
  return left.length > 0;
}

/** Where copies diverged: the version of the named PVs is copied over the others. */
async function chooseSide(ctx: Context, from: string[]): Promise<void> {
  const copies = await ctx.store.copies();
  const kept = judge(copies.filter((c) => from.includes(c.pv)));
  if (!kept.head || !inSync(kept))
    throw fail('outOfSync', 'bad-subset', `the devices ${from.join(', ')} do not hold one whole version`, {
      hint: 'tm verify shows which belong together',
    });
  const { group } = await loadVersion(ctx, copies, kept, kept.atHead);
  const others = copies
    .filter((c) => Object.hasOwn(group.envelope.pvs, c.pv) && c.active?.txn !== kept.head?.txn)
    .map((c) => c.region);
  await copyTo(ctx.store, group, others);
}

/** A transaction of its own records who was missing, so that they are known for what they are when they return. */
function acceptMissing(without: readonly string[]) {
  return async (ctx: Context, loaded: Loaded): Promise<boolean> => {
    const { group, missing } = loaded;
    const recorded = group.envelope.absent ?? [];
    const absent = missing.filter((pv) => without.includes(pv) || recorded.includes(pv)).sort();
    const unknown = without.filter((pv) => !missing.includes(pv));
    if (unknown.length > 0) throw fail('usage', 'not-missing', `${unknown.join(', ')} is not a missing device of the group`);
    if (absent.join() === recorded.toSorted().join()) return false;
    const { absent: _, ...rest } = group.envelope;
    const envelope = nextEnvelope(ctx, absent.length > 0 ? { ...rest, absent } : rest);
    requireCopies(ctx, { ...loaded, group: { ...group, envelope } });
    const regions = memberRegions(ctx.devices.devices, envelope.pvs);
    await transact(ctx.store, undefined, { next: { ...group, envelope }, regions, plan: undefined, urgent: true });
    return true;
  };
}

/** Finishes a change of regions; and reserves what lies under regions that the group did not know of. */
async function followRegions(ctx: Context, loaded: Loaded): Promise<boolean> {
  const { group, missing } = loaded;
  if (unexpectedlyMissing(missing, group).length > 0) return false; // nothing changes before they are spoken of
  if (unfinishedRegions(ctx.devices.devices, group.envelope.pvs).size > 0) return (await finishRegions(ctx, loaded)).changed;
  const strange = strangeRegions(ctx.devices.devices, group.envelope.pvs);
  if (strange.length === 0) return false;
  const known = await settle(ctx, group, new Map(strange.map((pv) => [pv, undefined])));
  return (await carryOut(ctx, group, known, { selection: [], urgent: true })).changed;
}

/** The name in the labels is a hint only, but it is a hint. */
function followName(ctx: Context, { group }: Loaded): Promise<boolean> {
  return ctx.renameLabels(group.envelope.group);
}
