import { renderRecord } from '#documents/record.js';
import { type Region, regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { isEmpty } from './activation.js';
import { type Context, type Loaded, loadVersion, memberRegions } from './context.js';
import { finish, reconcile } from './finish.js';
import { inSync, judge } from './judge.js';
import { committed, type Outcome, outcome } from './outcome.js';
import { transact } from './transaction.js';
import { nextEnvelope, requireComplete } from './update.js';

export interface RecoverRequest {
  /** PV ids that the group goes on without. */
  without: string[];
  /** PV ids whose version is kept where copies diverged. */
  from: string[];
}

/**
 * Mends what can be mended: finishes or undoes an interrupted change, copies the current version to regions that are
 * behind or unusable, brings the kernel in line. What would lose something is done only when named: a diverged side
 * (`from`), missing devices (`without`). It never removes a volume.
 */
export async function recover(ctx: Context, request: RecoverRequest): Promise<Outcome> {
  if (request.from.length > 0) await chooseSide(ctx, request.from);
  const { loaded, plan, changed } = await finish(ctx);
  const mended = await mend(ctx, loaded);
  const goesOn = await acceptMissing(ctx, loaded, request.without);
  const settledPlan = plan ?? (await reconcile(ctx, loaded));
  const touched = settledPlan !== undefined && !isEmpty(settledPlan);
  return goesOn ? committed(goesOn, settledPlan) : outcome(loaded.group.envelope, changed || mended || touched, settledPlan);
}

/** Copies the current version over regions that lack it. Each region is empty in between, which the next run mends. */
async function mend(ctx: Context, { group, judgement }: Loaded): Promise<boolean> {
  const regions = [...judgement.behind, ...judgement.unusable].map((c) => c.region);
  if (regions.length === 0) return false;
  for (const r of regions) ctx.note(`copying the current version to ${regionName(r)}`);
  await copyTo(ctx, group, regions);
  return true;
}

async function copyTo(ctx: Context, { envelope, metadata }: Loaded['group'], regions: Region[]): Promise<void> {
  const { txn, parent, time } = envelope;
  await ctx.store.init(regions);
  await ctx.store.prepare(regions, renderRecord(envelope, metadata), { txn, parent, time: Date.parse(time), mark: false });
  const { failed } = await ctx.store.commit(regions, txn);
  if (failed.length > 0)
    throw fail('io', 'recover-failed', `${failed.length} regions could not be written`, {
      details: failed.map((f) => ({ region: regionName(f.region), error: f.error.message })),
    });
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
  await copyTo(ctx, group, others);
}

/** A transaction of its own records who was missing, so that they are known for what they are when they return. */
async function acceptMissing(ctx: Context, { group, missing, copies, judgement }: Loaded, without: string[]) {
  const recorded = group.envelope.absent ?? [];
  const absent = missing.filter((pv) => without.includes(pv) || recorded.includes(pv)).sort();
  const unknown = without.filter((pv) => !missing.includes(pv));
  if (unknown.length > 0) throw fail('usage', 'not-missing', `${unknown.join(', ')} is not a missing device of the group`);
  if (absent.join() === recorded.toSorted().join()) return undefined;
  const { absent: _, ...rest } = group.envelope;
  const envelope = nextEnvelope(ctx, absent.length > 0 ? { ...rest, absent } : rest);
  const loaded: Loaded = {
    group: { ...group, envelope },
    missing,
    copies,
    judgement: { ...judgement, behind: [], unusable: [] },
  };
  requireComplete(ctx, loaded);
  const regions = memberRegions(ctx.devices.devices, envelope.pvs);
  await transact(ctx.store, undefined, { next: { ...group, envelope }, regions, plan: undefined });
  return envelope;
}
