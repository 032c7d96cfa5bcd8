import type { Envelope } from '#documents/group.js';
import type { Region } from '#documents/regions.js';
import { DvmError, fail } from '#tool/errors.js';
import { isEmpty, type PlanView } from './activation.js';
import { type Context, type Loaded, load } from './context.js';
import { aboutFailing, tmCommand } from './hints.js';
import { absentFrom, withoutAbsent } from './judge.js';
import { phase1Refused } from './refusal.js';
import type { Spread } from './store.js';

/**
 * Finishes or undoes what an interrupted run left, as far as the copies leave no doubt: prepared for the head rolls
 * forward, prepared for anything else rolls back, and the kernel is brought in line with the version that counts.
 *
 * @param leftOut PVs whose copies are left as they are: by default those that the group goes on without
 * @throws DvmError `recover-failed` (exit 74)
 * @returns the group as it then is, and what was done to devices
 */
export async function finish(
  ctx: Context,
  leftOut: (envelope: Envelope) => readonly string[] = absentFrom,
): Promise<{ loaded: Loaded; plan: PlanView | undefined; changed: boolean }> {
  const loaded = await load(ctx, 'inDoubt');
  const { envelope } = loaded.group;
  const { toCommit, toAbort, pending, head, atHead } = withoutAbsent(loaded.judgement, leftOut(envelope));
  if (toCommit.length + toAbort.length === 0 && !pending) return { loaded, plan: undefined, changed: false };
  ctx.note(`${envelope.group.name}: finishing an interrupted change`);
  if (head) all(ctx, await ctx.store.commit(regionsOf(toCommit), head.txn), 'rolled forward');
  for (const [txn, regions] of byShadow(toAbort)) all(ctx, await ctx.store.abort(regions, txn), 'rolled back');
  const plan = await reconcile(ctx, loaded);
  if (head && ctx.activation) await ctx.store.clearMark(regionsOf([...atHead, ...toCommit]), head.txn);
  return { loaded: await load(ctx), plan, changed: true };
}

function regionsOf(copies: { region: Region }[]): Region[] {
  return copies.map((c) => c.region);
}

function byShadow(copies: Loaded['copies']): Map<string, Region[]> {
  const map = new Map<string, Region[]>();
  for (const { shadow, region } of copies) if (shadow) map.set(shadow.txn, [...(map.get(shadow.txn) ?? []), region]);
  return map;
}

function all({ devices }: Context, { failed }: Spread, what: string): void {
  if (failed.length === 0) return;
  const pvs = Object.keys(devices.devices).filter((pv) => failed.some((f) => f.region.path === devices.devices[pv]?.path));
  throw fail('io', 'recover-failed', `${failed.length} regions could not be ${what}`, {
    hint: aboutFailing(devices.group.name, pvs),
    details: failed.map((f) => ({ region: f.region, error: f.error instanceof DvmError ? f.error.toJSON() : f.error.message })),
  });
}

/** Brings device-mapper in line with the metadata: what is active stays active, orphans and stale tables go. */
export async function reconcile(ctx: Context, { group }: Loaded): Promise<PlanView | undefined> {
  if (!ctx.activation) return undefined;
  const plan = await ctx.activation.plan(group, undefined, []);
  await runPlan(ctx, plan);
  return plan;
}

/** Runs a whole plan outside a transaction. */
export async function runPlan(ctx: Context, plan: PlanView): Promise<void> {
  if (!ctx.activation || isEmpty(plan)) return;
  const session = await ctx.activation.start(plan);
  try {
    const first = await session.run('phase1');
    if (first.exit !== 0) {
      const abort = await session.run('abort');
      throw phase1Refused('device-mapper refused the change; it was undone', { result: first, abort });
    }
    const second = await session.run('phase2');
    if (second.exit !== 0)
      throw fail('pending', 'activation-pending', 'device-mapper refused a part of the activation', {
        hint: `to finish it: ${tmCommand(ctx.devices.group.name, 'recover')}`,
        details: { result: second },
      });
  } finally {
    await session.end();
  }
}
