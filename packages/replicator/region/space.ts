import { fail } from '#tool/errors.js';
import { formatSize } from '#tool/units.js';
import { BLOCK_SECTORS } from '../format/block.js';
import type { Run } from '../format/history-block.js';
import type { BlockSet } from './block-set.js';
import { listBlocks } from './history.js';
import type { Usage } from './usage.js';

/** Where the blocks of a new version go. */
export interface Allocation {
  blocks: Uint32Array;
  /** How many older versions are kept. */
  keep: number;
  /** Superblocks that say so must be written before the blocks may be. */
  trim: boolean;
}

/**
 * Finds room for `need` blocks. All older versions are kept when possible; else the oldest go, a few more than
 * needed, because giving up costs two superblock writes. Pure.
 *
 * @param spare blocks that must be left when all older versions are gone
 * @param name of the region, for the error
 * @throws DvmError `region-full` (exit 82)
 */
export function allocate(usage: Usage, need: number, spare: number, name: string): Allocation {
  const least = used(usage, 0);
  if (least.free < need + spare) throw full(name, least, need, spare);
  const everything = used(usage, usage.freed.length);
  everything.addSet(usage.fallback);
  const from = usage.history.block + 1;
  if (usage.complete && everything.free >= need)
    return { blocks: everything.allocate(need, from), keep: usage.freed.length, trim: false };
  const keep = mostKept(usage, need);
  return { blocks: used(usage, keep).allocate(need, from), keep, trim: true };
}

/** How many older versions can stay so that `need` blocks and some slack are free. */
function mostKept(usage: Usage, need: number): number {
  const slack = Math.floor(usage.fixed.blocks / 16);
  const set = usage.fixed.clone();
  for (let keep = 0; keep < usage.freed.length; keep++) {
    set.addRuns(usage.freed[keep] as Run[]);
    set.addAll(listBlocks(usage.history, keep + 1));
    if (set.free < need + slack) return keep;
  }
  return usage.freed.length;
}

function used(usage: Usage, keep: number): BlockSet {
  const set = usage.fixed.clone();
  for (let i = 0; i < keep; i++) set.addRuns(usage.freed[i] as Run[]);
  set.addAll(listBlocks(usage.history, keep));
  return set;
}

function full(name: string, set: BlockSet, need: number, spare: number) {
  const size = (blocks: number) => formatSize(blocks * BLOCK_SECTORS);
  const kept = spare > 0 ? ` (${size(spare)} of them are kept for growing it)` : '';
  return fail(
    'noSpace',
    'region-full',
    `region "${name}" is full: ${size(need)} needed, ${size(set.free)} of ${size(set.blocks)} free${kept}`,
    {
      hint: 'grow it, or use larger regions; older versions were counted as free already',
      details: { needBlocks: need, freeBlocks: set.free, spareBlocks: spare, blocks: set.blocks },
    },
  );
}
