import type { Region } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import { collect, type Outcome } from './flip.js';
import { BLOCK_SECTORS } from './format/block.js';
import { emptyRoot, isEmptyRoot } from './format/root.js';
import { MIN_BLOCKS, noHistory, type Superblock, slotOf } from './format/superblock.js';
import type { OpenRegion } from './region/open-region.js';
import type { RegionSet } from './region-set.js';
import { statusOf } from './sync.js';

/**
 * Makes blank regions empty ones. A region that carries a version, or damaged superblocks, is refused unless
 * `overwrite`; all are checked before any is written. An empty region is left as it is.
 *
 * @throws DvmError `region-in-use` (83), `region-too-small` (82), or the region's own error
 */
export async function initIn(set: RegionSet, options: { overwrite?: boolean | undefined } = {}): Promise<Outcome> {
  for (const of of set.members) check(of, options.overwrite ?? false);
  return collect(set.members, initOne);
}

/** Overwrites the superblocks, after which the regions are blank. */
export function wipeIn(set: RegionSet): Promise<Outcome> {
  return collect(set.members, async (of) => {
    const blank = of.slots.every((s) => s.state === 'blank');
    // The older one first: the region is what it was until the last of them goes.
    const newest = slotOf(of.superblock?.sequence ?? 0);
    await of.wipeSlot(newest === 0 ? 1 : 0);
    await of.wipeSlot(newest);
    return blank ? 'already' : 'done';
  });
}

function check(of: OpenRegion, overwrite: boolean): void {
  if (of.failure) throw of.failure;
  if (of.region.length / BLOCK_SECTORS < MIN_BLOCKS)
    throw fail(
      'noSpace',
      'region-too-small',
      `region "${of.name}" has ${of.region.length} sectors, less than ${MIN_BLOCKS * BLOCK_SECTORS}`,
    );
  const { state } = statusOf(of);
  if (overwrite || state === 'blank' || state === 'empty') return;
  throw fail('inUse', 'region-in-use', `region "${of.name}" is not blank: ${state}`, {
    hint: 'initialise it with --force only if what it holds is worthless',
    details: { region: of.region },
  });
}

function isCurrent(of: OpenRegion): boolean {
  return of.superblock?.blocks === of.region.length / BLOCK_SECTORS;
}

async function initOne(of: OpenRegion): Promise<'done' | 'already'> {
  const s = of.superblock;
  const empty = s && !s.shadow && isEmptyRoot(s.active) && isCurrent(of);
  if (!empty) await of.writeSuperblock(emptySuperblock(of.region), { durable: true });
  else await of.flush();
  // What the other slot says must not come back, should the new superblock ever be damaged.
  const other = slotOf((of.superblock?.sequence ?? 0) + 1);
  if (of.slots[other]?.state !== 'blank') await of.wipeSlot(other);
  return empty ? 'already' : 'done';
}

function emptySuperblock(region: Region): Omit<Superblock, 'sequence'> {
  return {
    start: region.start,
    blocks: Math.floor(region.length / BLOCK_SECTORS),
    active: emptyRoot,
    history: noHistory,
    mark: false,
    shadow: undefined,
  };
}
