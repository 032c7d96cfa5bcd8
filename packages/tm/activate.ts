import { fail } from '#tool/errors.js';
import { isEmpty } from './activation.js';
import type { Context } from './context.js';
import { finish, runPlan } from './finish.js';
import { type DryRun, type Outcome, outcome } from './outcome.js';
import { settled } from './settled.js';

/**
 * Changes what is active, not the metadata: `words` are selection arguments for the desired step.
 * Under the lock of the group, so that no update comes between reading the metadata and acting on it.
 */
export async function activate(ctx: Context, words: string[], dryRun: boolean, degraded: boolean): Promise<Outcome | DryRun> {
  if (!ctx.activation) throw fail('usage', 'no-activation', 'activate and --no-activate contradict each other');
  const { group } = degraded ? (await finish(ctx)).loaded : await settled(ctx, dryRun);
  const plan = await ctx.activation.plan(group, undefined, words);
  if (dryRun) return { kind: 'dry-run', version: 1, group: group.envelope.group, changes: [], plan };
  await runPlan(ctx, plan);
  return outcome(group.envelope, !isEmpty(plan), plan);
}
