import { DvmError } from '#tool/errors.js';
import { FIRST_BLOCK } from '../format/block.js';
import type { HistoryEntry, Run } from '../format/history-block.js';
import type { Root } from '../format/root.js';
import { type HistoryRef, type Superblock, validSuperblocks } from '../format/superblock.js';
import { BlockSet } from './block-set.js';
import { type HistoryList, listBlocks, readHistory } from './history.js';
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
  /** What only the older superblock refers to. */
  fallback: Run[];
}

/** Reads what is in use. Free space is not stored, it follows from the tables and the history. */
export async function readUsage(of: OpenRegion, superblock: Superblock, active: PlacedTree): Promise<Usage> {
  const fixed = new BlockSet(superblock.blocks);
  fixed.addRuns([{ start: 0, length: FIRST_BLOCK }]);
  fixed.addAll(blocksOf(active));
  const history = await readHistory(of, superblock.history);
  const freed: Run[][] = [];
  for (const entry of history.entries) {
    const runs = await freedBlocks(of, entry);
    if (!runs) break; // its blocks cannot be told, so it is not kept, nor what is older
    freed.push(runs);
  }
  const complete = freed.length === superblock.history.count;
  return { fixed, history, freed, complete, fallback: await fallbackBlocks(of, superblock, history.entries) };
}

/** The blocks of an older version that newer ones do not use, and perhaps some they do; undefined when it is damaged. */
async function freedBlocks(of: OpenRegion, entry: HistoryEntry): Promise<Run[] | undefined> {
  return entry.freed ?? (await treeBlocks(of, entry.root));
}

async function treeBlocks(of: OpenRegion, root: Root): Promise<Run[] | undefined> {
  try {
    return runsOfBlocks(Uint32Array.from(blocksOf(await walkTree(of, root))).sort());
  } catch (e) {
    if (e instanceof DvmError && e.code === 'region-damaged') return undefined;
    throw e;
  }
}

/**
 * The blocks of the older superblock, which counts when the newest gets damaged; they stay until it is overwritten.
 * Versions in `known` need no look: their blocks are counted already.
 */
async function fallbackBlocks(of: OpenRegion, newest: Superblock, known: readonly HistoryEntry[]): Promise<Run[]> {
  const older = validSuperblocks(of.slots)[1];
  if (!older) return [];
  const counted = new Set([newest.active.block, ...known.map((e) => e.root.block)]);
  const parts: (Run[] | undefined)[] = [];
  for (const root of [older.active, older.shadow?.root])
    if (root && !counted.has(root.block)) parts.push(await treeBlocks(of, root));
  for (const ref of [older.history, older.shadow?.history])
    if (ref && !sameHistory(ref, newest.history)) parts.push(...(await historyBlocks(of, ref, counted)));
  return parts.flatMap((runs) => runs ?? []);
}

function sameHistory(a: HistoryRef, b: HistoryRef): boolean {
  return a.block === b.block && a.count === b.count;
}

async function historyBlocks(of: OpenRegion, ref: HistoryRef, counted: Set<number>): Promise<(Run[] | undefined)[]> {
  const list = await readHistory(of, ref);
  const own = listBlocks(list, list.entries.length).map((start) => ({ start, length: 1 }));
  const unknown = list.entries.filter((e) => !counted.has(e.root.block));
  return [own, ...(await Promise.all(unknown.map((e) => freedBlocks(of, e))))];
}
