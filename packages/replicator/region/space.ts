import { DvmError, fail } from '#tool/errors.js';
import { formatSize } from '#tool/units.js';
import { BLOCK_SECTORS, FIRST_BLOCK } from '../format/block.js';
import type { HistoryEntry } from '../format/history-block.js';
import { type Superblock, validSuperblocks } from '../format/superblock.js';
import { BlockSet } from './block-set.js';
import { firstOlder, type HistoryList, readHistory } from './history.js';
import type { OpenRegion } from './open-region.js';
import { blocksOf, type PlacedTree, walkTree } from './walk.js';

/** What is in use in a region, and how much of it could be given up. */
export interface Usage {
  /** What the newest superblock cannot do without: the superblocks and the active version. */
  fixed: BlockSet;
  history: HistoryList;
  /** For each older version, newest first, the blocks that its successor did not use. */
  freed: Iterable<number>[];
  /** All versions that the superblock counts can be told. */
  complete: boolean;
  /** What only the older superblock refers to. */
  fallback: number[];
}

/** Where the blocks of a new version go. */
export interface Allocation {
  blocks: Uint32Array;
  /** How many older versions are kept. */
  keep: number;
  /** Superblocks that say so must be written before the blocks may be. */
  trim: boolean;
}

/** Reads what is in use. Free space is not stored, it follows from the tables and the history. */
export async function readUsage(of: OpenRegion, superblock: Superblock, active: PlacedTree): Promise<Usage> {
  const fixed = new BlockSet(superblock.blocks);
  for (let block = 0; block < FIRST_BLOCK; block++) fixed.add(block);
  fixed.addAll(blocksOf(active));
  const history = await readHistory(of, superblock.history);
  const freed: Iterable<number>[] = [];
  for (const entry of history.entries) {
    const blocks = await ifSound(() => freedBlocks(of, entry));
    if (!blocks) break; // its blocks cannot be told, so it is not kept, nor what is older
    freed.push(blocks);
  }
  const complete = freed.length === superblock.history.count;
  return { fixed, history, freed, complete, fallback: await fallbackBlocks(of, superblock, history.entries) };
}

async function freedBlocks(of: OpenRegion, entry: HistoryEntry): Promise<number[]> {
  if (!entry.freed) return [...blocksOf(await walkTree(of, entry.root))];
  return entry.freed.flatMap((run) => Array.from({ length: run.length }, (_, i) => run.start + i));
}

/**
 * The blocks of the older superblock, which counts when the newest gets damaged; they stay until it is overwritten.
 * Versions in `known` need no look: their blocks are counted already.
 */
async function fallbackBlocks(of: OpenRegion, newest: Superblock, known: readonly HistoryEntry[]): Promise<number[]> {
  const older = validSuperblocks(of.slots)[1];
  if (!older) return [];
  const counted = new Set([newest.active.block, ...known.map((e) => e.root.block)]);
  const blocks: number[] = [];
  for (const root of [older.active, older.shadow?.root])
    if (root && !counted.has(root.block))
      blocks.push(...((await ifSound(async () => [...blocksOf(await walkTree(of, root))])) ?? []));
  for (const ref of [older.history, older.shadow?.history])
    if (ref && (ref.block !== newest.history.block || ref.count !== newest.history.count)) {
      const list = await readHistory(of, ref);
      blocks.push(...listBlocks(list, list.entries.length));
      for (const e of list.entries)
        if (!counted.has(e.root.block)) blocks.push(...((await ifSound(() => freedBlocks(of, e))) ?? []));
    }
  return blocks;
}

/** The blocks that hold the newest `keep` entries of the list itself. */
function listBlocks(list: HistoryList, keep: number): number[] {
  return keep === 0 || list.block === 0 ? [] : [list.block, ...firstOlder(list.older, keep - list.inFirst).map((o) => o.block)];
}

async function ifSound<T>(f: () => Promise<T>): Promise<T | undefined> {
  try {
    return await f();
  } catch (e) {
    if (e instanceof DvmError && e.code === 'region-damaged') return undefined;
    throw e;
  }
}

/**
 * Finds room for `need` blocks. All older versions are kept when possible; else the oldest go, a few more than
 * needed, because giving up costs two superblock writes. Pure.
 *
 * @param name of the region, for the error
 * @throws DvmError `region-full` (exit 82)
 */
export function allocate(usage: Usage, need: number, name: string): Allocation {
  const everything = used(usage, usage.freed.length);
  everything.addAll(usage.fallback);
  const from = usage.history.block + 1;
  if (usage.complete && everything.free >= need)
    return { blocks: everything.allocate(need, from), keep: usage.freed.length, trim: false };
  const keep = mostKept(usage, need);
  const rest = used(usage, keep);
  if (rest.free < need) throw full(name, rest, need);
  return { blocks: rest.allocate(need, from), keep, trim: true };
}

/** How many older versions can stay so that `need` blocks and some slack are free. */
function mostKept(usage: Usage, need: number): number {
  const slack = Math.floor(usage.fixed.blocks / 16);
  const set = usage.fixed.clone();
  for (let keep = 0; keep < usage.freed.length; keep++) {
    set.addAll(usage.freed[keep] as Iterable<number>);
    set.addAll(listBlocks(usage.history, keep + 1));
    if (set.free < need + slack) return keep;
  }
  return usage.freed.length;
}

function used(usage: Usage, keep: number): BlockSet {
  const set = usage.fixed.clone();
  for (let i = 0; i < keep; i++) set.addAll(usage.freed[i] as Iterable<number>);
  set.addAll(listBlocks(usage.history, keep));
  return set;
}

function full(name: string, set: BlockSet, need: number) {
  const size = (blocks: number) => formatSize(blocks * BLOCK_SECTORS);
  return fail(
    'noSpace',
    'region-full',
    `region "${name}" is full: ${size(need)} needed, ${size(set.free)} of ${size(set.blocks)} free`,
    {
      hint: 'use larger regions; older versions were counted as free already',
      details: { needBlocks: need, freeBlocks: set.free, blocks: set.blocks },
    },
  );
}
