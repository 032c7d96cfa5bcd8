import { mapParallel } from '#blockdev/parallel.js';
import type { Region } from '#documents/regions.js';
import { type DvmError, fail } from '#tool/errors.js';
import type { HistoryRef, Superblock } from './format/superblock.js';
import type { OpenRegion } from './region/open-region.js';
import type { RegionPlan } from './region/plan.js';
import { Likeness, sameLayout } from './region/twin.js';
import { PARALLEL } from './region-set.js';

/** A plan and the regions it is for, the first of which it was made from. */
export interface Shared {
  plan: RegionPlan;
  members: OpenRegion[];
}

/** Plans each layout that the superblocks tell of. */
export async function planLayouts(todo: readonly OpenRegion[], plan: (of: OpenRegion) => Promise<RegionPlan>): Promise<Shared[]> {
  const layouts: OpenRegion[][] = [];
  for (const of of todo) {
    const alike = layouts.find(([first]) => first && sameLayout(first, of));
    if (alike) alike.push(of);
    else layouts.push([of]);
  }
  return mapParallel(layouts, PARALLEL, async (members) => ({ members, plan: await plan(members[0] as OpenRegion) }));
}

/**
 * Writes what each region needs: first blocks that are free, which nobody sees, everywhere; then the superblocks. A region
 * that turns out to differ from the others of its layout is planned by itself.
 *
 * @returns the plans carried out
 * @throws DvmError `prepare-failed` (exit 74)
 */
export async function writeAll(layouts: readonly Shared[], plan: (of: OpenRegion) => Promise<RegionPlan>): Promise<RegionPlan[]> {
  const work = layouts.flatMap(({ members, plan }) => {
    const likeness = new Likeness(members[0] as OpenRegion);
    return members.map((of, i) => ({ of, shared: plan, likeness: i === 0 ? undefined : likeness }));
  });
  const plans = await attemptAll(work, async ({ of, shared, likeness }) => {
    const own = !likeness || (await likeness.isIn(of)) ? shared : await plan(of);
    if (!own.trim) await writeBlocks(of, own);
    return own;
  });
  await attemptAll(work, async ({ of }, i) => {
    const { trim, shadow } = plans[i] as RegionPlan;
    if (trim) await trimAndWrite(of, plans[i] as RegionPlan, trim);
    await of.writeSuperblock({ ...superblockOf(of), shadow }, { durable: true });
  });
  return plans;
}

/** Free blocks: nobody sees them yet. */
async function writeBlocks(of: OpenRegion, { writes }: RegionPlan): Promise<void> {
  await of.writeBlocks(writes);
  await of.flush();
}

/** No superblock may refer to what is written over. */
async function trimAndWrite(of: OpenRegion, plan: RegionPlan, history: HistoryRef): Promise<void> {
  for (let slot = 0; slot < 2; slot++) await of.writeSuperblock({ ...superblockOf(of), history }, { durable: true });
  await writeBlocks(of, plan);
}

/** Acts on each region, on all of them even where a device fails, and then says so. */
async function attemptAll<T extends { of: OpenRegion }, R>(
  work: readonly T[],
  act: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const failed: { region: Region; error: DvmError }[] = [];
  const results = await mapParallel(work, PARALLEL, async (item, i) => {
    try {
      return await act(item, i);
    } catch (e) {
      if (!item.of.failure) throw e;
      failed.push({ region: item.of.region, error: item.of.failure });
      return undefined;
    }
  });
  if (failed.length > 0) throw prepareFailed(failed, work.length);
  return results as R[];
}

function prepareFailed(failed: { region: Region; error: DvmError }[], of: number): DvmError {
  const [first] = failed;
  return fail('io', 'prepare-failed', `${failed.length} of ${of} regions could not be prepared: ${first?.error.message}`, {
    hint: 'the active version is unchanged everywhere; abort the others',
    details: failed.map((f) => ({ region: f.region, ...f.error.toJSON() })),
    cause: first?.error,
  });
}

/** Of a region that has one: all that come here do. */
export function superblockOf(of: OpenRegion): Superblock {
  if (!of.superblock) throw new Error('a region in sync has a superblock');
  return of.superblock;
}
