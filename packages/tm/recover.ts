import { fail } from '#tool/errors.js';
import { acceptMissing } from './absent.js';
import { isEmpty } from './activation.js';
import { carryOut } from './apply.js';
import { arrivalOf, arrive } from './arrive.js';
import { type Context, type Loaded, load, loadVersion } from './context.js';
import { finish, reconcile } from './finish.js';
import { tmCommand } from './hints.js';
import { absentFrom, inSync, judge } from './judge.js';
import { judgeCopies } from './judged.js';
import { finishLeaving, isLeaving } from './leave.js';
import { resolvePv } from './members.js';
import { copyOver, forgetLeft, mendCopies } from './mend.js';
import { committed, type Outcome, outcome } from './outcome.js';
import { strangeRegions, unfinishedRegions } from './region-plan.js';
import { finishRegions, settle } from './regions.js';
import { unexpectedlyMissing } from './settled.js';

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
  const begun = await begin(ctx);
  if (request.from.length > 0) await chooseSide(ctx, request.from);
  const without = await namedPvs(ctx, request.without);
  const { loaded, plan, changed } = await finish(ctx, () => without);
  const mended = await mendCopies(ctx, await load(ctx));
  const left = await leave(ctx, await load(ctx));
  if (left && Object.keys(ctx.devices.devices).length === 0) return left; // nothing of the group stays
  let touched = changed || mended.changed;
  for (const step of [forgetLeft, accepting(without, mended.failed), followRegions, followName])
    touched = (await step(ctx, await load(ctx))) || touched;
  const joined = await takeIn(ctx, await load(ctx));
  const { group } = await load(ctx);
  const settledPlan = plan ?? (await reconcile(ctx, loaded));
  const failed = [...mended.failed, ...(joined?.degraded ?? [])].filter((pv) => !absentFrom(group.envelope).includes(pv));
  if (begun || group.envelope.txn !== loaded.group.envelope.txn) return committed(group.envelope, settledPlan, failed);
  return outcome(group.envelope, touched || (settledPlan !== undefined && !isEmpty(settledPlan)), settledPlan, failed);
}

/** PVs by ids or paths. */
async function namedPvs(ctx: Context, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { pvs } = (await load(ctx)).group.envelope;
  return [...new Set(names.map((name) => resolvePv(ctx, pvs, name)))];
}

function accepting(without: readonly string[], failed: readonly string[]) {
  return (ctx: Context, loaded: Loaded): Promise<boolean> => acceptMissing(ctx, loaded, without, failed);
}

/** A group that is new begins with what has been handed over to it. */
async function begin(ctx: Context): Promise<Outcome | undefined> {
  const arrival = await arrivalOf(ctx);
  return arrival?.isNew ? arrive(ctx) : undefined;
}

/** One that was there takes it in once it is well itself. */
function takeIn(ctx: Context, { missing, group }: Loaded): Promise<Outcome | undefined> {
  return unexpectedlyMissing(missing, group).length > 0 ? Promise.resolve(undefined) : arrive(ctx);
}

/** Finishes the handing over of PVs, as far as nothing else is missing. */
async function leave(ctx: Context, loaded: Loaded): Promise<Outcome | undefined> {
  if (!isLeaving(loaded) || unexpectedlyMissing(loaded.missing, loaded.group).length > 0) return undefined;
  ctx.note(`handing PVs over to group "${loaded.group.envelope.leaving?.group.name}"; to take them in there: tm recover of it`);
  return finishLeaving(ctx, loaded);
}

/** Where copies diverged: the version of the named PVs is copied over the others. */
async function chooseSide(ctx: Context, from: string[]): Promise<void> {
  const { copies } = await judgeCopies(ctx);
  const named = from.map((name) => resolvePv(ctx, {}, name));
  const kept = judge(copies.filter((c) => named.includes(c.pv)));
  if (!kept.head || !inSync(kept))
    throw fail('outOfSync', 'bad-subset', `the devices ${from.join(', ')} do not hold one whole version`, {
      hint: `which belong together says ${tmCommand(ctx.devices.group.name, 'verify')}`,
    });
  const { group } = await loadVersion(ctx, copies, kept, kept.atHead);
  const others = copies.filter((c) => Object.hasOwn(group.envelope.pvs, c.pv) && c.active?.txn !== kept.head?.txn);
  await copyOver(ctx, group, others);
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
