import type { Changes, ChangesStep } from '#documents/changes.js';
import { diff } from '#documents/diff.js';
import type { Group } from '#documents/group.js';
import { Attached, type Word } from '#tool/programs.js';
import { apply } from './apply.js';
import type { Context, Loaded } from './context.js';
import { edit } from './edit.js';
import { judgeCopies } from './judged.js';
import type { DryRun, Outcome } from './outcome.js';
import { settled } from './settled.js';
import { findVersion, type Lineage, lineageOf, readTxn } from './versions.js';

/**
 * Goes back to an older version by a new transaction, whose metadata the program `rollback` of the config makes of the
 * current group, the older one, and what happened in between. Layout is restored, never data.
 *
 * @param force handed on to the program: also where data has been written over
 */
export async function rollback(ctx: Context, version: string, force: boolean, dryRun: boolean): Promise<Outcome | DryRun> {
  const loaded = { ...(await settled(ctx, dryRun)), ...(await judgeCopies(ctx)) }; // with all that the copies remember
  const lineage = await lineageOf(ctx, loaded);
  const index = findVersion(lineage, version);
  const old = await readTxn(ctx, loaded.copies, lineage.versions[index]?.txn ?? '');
  const since = await changesSince(ctx, loaded, lineage, index, old);
  const stage: Word[] = [...ctx.names.rollback, new Attached(old), '--since', new Attached(since), ...(force ? ['--force'] : [])];
  const edited = await edit(loaded.group, [stage], ctx.names.check, ctx.programs);
  // Volumes that come back are no new ones: what lies on them is theirs.
  return apply(ctx, loaded.group, edited, { dryRun, selection: [] });
}

/** One version at a time: of each only what it changed is kept. */
async function changesSince(ctx: Context, loaded: Loaded, { versions }: Lineage, index: number, old: Group): Promise<Changes> {
  const steps: ChangesStep[] = [];
  let before = old;
  for (let i = index - 1; i >= 0; i--) {
    const { seqno, txn } = versions[i] as Lineage['versions'][number];
    const after = await readTxn(ctx, loaded.copies, txn);
    steps.push({ seqno, txn, changes: diff(before.metadata, after.metadata) });
    before = after;
  }
  return { kind: 'changes', version: 1, steps };
}
