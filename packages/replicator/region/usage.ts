import { DvmError } from '#tool/errors.js';
import { FIRST_BLOCK } from '../format/block.js';
import type { HistoryEntry, Run } from '../format/history-block.js';
import type { Root } from '../format/root.js';
import { type HistoryRef, type Superblock, validSuperblocks } from '../format/superblock.js';
import { BlockSet } from './block-set.js';
import { HISTORY_LIMIT, type HistoryList, listBlocks, readHistory } from './history.js';
import type { OpenRegion } from './open-region.js';
import { runsOfBlocks } from './runs.js';
import { blocksOf, type PlacedTree, walkTree } from './walk.js';

/** What is in use in a region, and how much of it could be given up. */
export interface Usage {
  /** What the newest superblock cannot do without: the superblocks and the active version. */
  fixed: BlockSet;
  history: HistoryList;
  /** For each older version, newest first, the blocks that its successor did not use. */
  freed: Run[][];
  /** All versions that the superblock counts can be told. */
  complete: boolean;
  /** What the older superblock refers to. */
  fallback: BlockSet;
}

/** Reads what is in use. Free space is not stored, it follows from the tables and the history. */
export async function readUsage(of: OpenRegion, superblock: Superblock, active: PlacedTree): Promise<Usage> {
  const fixed = new BlockSet(superblock.blocks);
  fixed.addRuns([{ start: 0, length: FIRST_BLOCK }]);
  fixed.addAll(blocksOf(active));
  const history = await readHistory(of, superblock.history);
  const freed: Run[][] = [];
  const seen = fixed.clone();
  for (const entry of history.entries.slice(0, HISTORY_LIMIT)) {
    const runs = await freedBlocks(of, entry, seen);
    if (!runs) break; // its blocks cannot be told, so it is not kept, nor what is older
    freed.push(runs);
    seen.addRuns(runs);
  }
  const complete = freed.length === superblock.history.count;
  return { fixed, history, freed, complete, fallback: await fallbackBlocks(of, superblock, history.entries) };
}

/**
 * The blocks of an older version that newer ones do not use; undefined when it is damaged. A version that does not list
 * them is walked: then what is `seen` in newer ones is left out, so that together they take no more memory than the region has blocks.
 */
async function freedBlocks(of: OpenRegion, { freed, root }: HistoryEntry, seen: BlockSet): Promise<Run[] | undefined> {
  if (freed) return freed;
  const blocks = await treeBlocks(of, root);
  return blocks && runsOfBlocks(blocks.filter((block) => !seen.has(block)).sort());
}

async function treeBlocks(of: OpenRegion, root: Root): Promise<Uint32Array | undefined> {
  try {
    return Uint32Array.from(blocksOf(await walkTree(of, root)));
  } catch (e) {
    if (e instanceof DvmError && e.code === 'region-damaged') return undefined;
    throw e;
  }
}

/**
 * The blocks of the older superblock, which counts when the newest gets damaged; they stay until it is overwritten.
 * Versions in `known` need no look: their blocks are counted already.
 */
async function fallbackBlocks(of: OpenRegion, newest: Superblock, known: readonly HistoryEntry[]): Promise<BlockSet> {
  const found = new BlockSet(newest.blocks);
  const older = validSuperblocks(of.slots)[1];
  if (!older) return found;
  const counted = new Set([newest.active.block, ...known.map((e) => e.root.block)]);
  for (const root of [older.active, older.shadow?.root])
    if (root && !counted.has(root.block)) found.addAll((await treeBlocks(of, root)) ?? []);
  for (const ref of [older.history, older.shadow?.history])
    if (ref && !sameHistory(ref, newest.history)) await addHistory(of, ref, counted, found);
  return found;
}

function sameHistory(a: HistoryRef, b: HistoryRef): boolean {
  return a.block === b.block && a.count === b.count;
}

async function addHistory(of: OpenRegion, ref: HistoryRef, counted: Set<number>, found: BlockSet): Promise<void> {
  const list = await readHistory(of, ref);
  found.addAll(listBlocks(list, list.entries.length));
  const unknown = list.entries.filter((e) => !counted.has(e.root.block));
  for (const entry of unknown.slice(0, HISTORY_LIMIT)) found.addRuns((await freedBlocks(of, entry, found)) ?? []);
}
