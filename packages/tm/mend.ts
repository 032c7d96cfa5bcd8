import type { Group } from '#documents/group.js';
import { regionName } from '#documents/regions.js';
import { DvmError } from '#tool/errors.js';
import type { Context, Loaded } from './context.js';
import { copyTo } from './copy.js';
import { type Damage, findDamage } from './damage.js';
import { type Copy, isLeftBehind } from './judge.js';

/** What mending came to. */
export interface Mended {
  changed: boolean;
  /** PVs that are not whole still, because they cannot be read or written. */
  failed: string[];
}

/** Reads every copy whole, and copies the current version over those that are behind, blank or damaged. */
export async function mendCopies(ctx: Context, { group, judgement }: Loaded): Promise<Mended> {
  const damage = await findDamage(ctx.store, judgement.atHead, true);
  const mended = await copyOver(ctx, group, [...judgement.behind, ...judgement.unusable, ...damage.keys()], damage);
  const spoilt = judgement.atHead.filter((c) => c.slots.includes('damaged') && !damage.has(c)).map((c) => c.region);
  for (const region of spoilt) ctx.note(`writing the damaged superblock of ${regionName(region)} anew`);
  await ctx.store.rewrite(spoilt);
  return { ...mended, changed: mended.changed || spoilt.length > 0 };
}

/**
 * Copies the version of `group` over regions. Each is empty in between, which the next run mends. One that fails does
 * not keep the others from being mended.
 */
export async function copyOver(ctx: Context, group: Group, copies: readonly Copy[], damage: Damage = new Map()): Promise<Mended> {
  const reason = (c: Copy): string =>
    damage.get(c)?.message ?? c.error ?? (c.active ? `it is at ${c.active.txn}` : `it is ${c.state}`);
  const readable = copies.filter((c) => c.state !== 'unreadable');
  const failed = new Map<Copy, string>();
  for (const c of copies) if (c.state === 'unreadable') failed.set(c, reason(c));
  for (const c of readable) ctx.note(`copying the current version to ${regionName(c.region)}: ${reason(c)}`);
  if (await copied(ctx, group, readable))
    for (const c of readable) {
      const error = await copied(ctx, group, [c]);
      if (error) failed.set(c, error.message);
    }
  for (const [c, why] of failed) ctx.note(`region ${regionName(c.region)} of PV ${c.pv} cannot be mended: ${why}`);
  return { changed: failed.size < copies.length, failed: [...new Set([...failed.keys()].map((c) => c.pv))] };
}

/** What went wrong, if anything. */
async function copied(ctx: Context, group: Group, copies: readonly Copy[]): Promise<DvmError | undefined> {
  try {
    if (copies.length > 0)
      await copyTo(
        ctx.store,
        group,
        copies.map((c) => c.region),
      );
    return undefined;
  } catch (e) {
    if (e instanceof DvmError) return e;
    throw e;
  }
}

/** Wipes what a device still holds of the group it was taken out of, when the run that did it did not come to that. */
export async function forgetLeft(ctx: Context, { group, judgement, copies }: Loaded): Promise<boolean> {
  const { pvs, absent = {} } = group.envelope;
  const older = new Set([judgement.head?.parent, ...judgement.atHead.flatMap((c) => c.ancestors)]);
  const isLeft = (c: Copy): boolean => c.active !== undefined && (older.has(c.active.txn) || isLeftBehind(c, absent));
  const left = copies.filter((c) => !Object.hasOwn(pvs, c.pv) && isLeft(c));
  await ctx.store.wipe(left.map((c) => c.region));
  return left.length > 0;
}
