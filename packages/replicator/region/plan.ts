import type { Change, LevelChange } from '../content/change.js';
import { freshBlocks } from '../content/change.js';
import { levelsOf, treeHash } from '../content/tree.js';
import { BLOCK } from '../format/block.js';
import { fits, type HistoryBlock, historyEntry, packHistory } from '../format/history-block.js';
import { isEmptyRoot, type Root } from '../format/root.js';
import { type HistoryRef, noHistory, type Shadow, type Superblock } from '../format/superblock.js';
import { packTable } from '../format/table.js';
import { BlockSet } from './block-set.js';
import { firstOlder, HISTORY_LIMIT, type HistoryList } from './history.js';
import type { BlockWrite } from './open-region.js';
import { runsOf, runsOfBlocks } from './runs.js';
import { type Allocation, allocate } from './space.js';
import type { Usage } from './usage.js';
import { blocksOf, type PlacedTree } from './walk.js';

/** Of a region no more than this share is kept spare. */
const SPARE_SHARE = 16;

/** Which version is to be prepared. */
export interface Request {
  txn: string;
  parent: string;
  /** Milliseconds since 1970. */
  time: number;
  /** Set the mark of pending activation when this is committed. */
  mark: boolean;
  /** A content that grows leaves so many blocks free, for changes that must be possible when all else is full. */
  spare?: number | undefined;
}

/** All that preparing a version writes to one region. */
export interface RegionPlan {
  /** The history to write in two superblocks first, so that no superblock refers to what is overwritten then. */
  trim: HistoryRef | undefined;
  writes: BlockWrite[];
  shadow: Shadow;
}

/**
 * Plans a new version of one region. Pure.
 *
 * @param active where the active version lies
 * @param name of the region, for errors
 * @throws DvmError `region-full` (exit 82)
 */
export function planRegion(
  s: Superblock,
  active: PlacedTree,
  usage: Usage,
  change: Change,
  r: Request,
  name: string,
): RegionPlan {
  const remembers = !isEmptyRoot(s.active);
  const count = freshBlocks(change);
  const length = change.tree.tables.at(-1)?.lengths[0] ?? 0;
  const spare = length > s.active.length ? Math.min(r.spare ?? 0, Math.floor(s.blocks / SPARE_SHARE)) : 0;
  const space = allocate(usage, count + (remembers ? 1 : 0), spare, name);
  const placed = place(change, active, space.blocks);
  const root: Root = {
    txn: r.txn,
    parent: r.parent,
    time: r.time,
    length,
    hash: treeHash(change.tree),
    block: placed.at(-1)?.[0] ?? 0,
    height: change.tree.tables.length,
  };
  const writes = [...pageWrites(change, space.blocks), ...tableWrites(change, placed, r)];
  const shadow: Shadow = { root, history: noHistory, mark: r.mark };
  if (remembers) {
    const block = space.blocks[count] as number;
    const freed = runsOfBlocks(leftBehind(active, placed, s.blocks));
    const history = extendHistory(usage.history, historyEntry(s.active, freed), space.keep);
    writes.push({ block, data: packHistory(block, r, history) });
    shadow.history = { block, count: history.entries.length + history.older.reduce((n, o) => n + o.entries, 0) };
  }
  return { trim: trimmed(s, space), writes: runsOf(writes), shadow };
}

function trimmed(s: Superblock, space: Allocation): HistoryRef | undefined {
  if (!space.trim) return undefined;
  return space.keep === 0 ? noHistory : { block: s.history.block, count: space.keep };
}

/** The block of every entry of the new tree, level by level. */
function place(change: Change, active: PlacedTree, allocated: Uint32Array): Uint32Array[] {
  let first = 0;
  return change.levels.map(({ source, fresh }, level) => {
    const old = active[level]?.blocks;
    const placed = Uint32Array.from(source, (s) => (s >= 0 ? old?.[s] : allocated[first - 1 - s]) as number);
    first += fresh.length;
    return placed;
  });
}

/** Blocks in one write of pages at most. */
const LONGEST_WRITE = 1024;

/** Pages are written straight out of the change's image, consecutive blocks in one piece. */
function pageWrites(change: Change, allocated: Uint32Array): BlockWrite[] {
  const count = change.levels[0]?.fresh.length ?? 0;
  const writes: BlockWrite[] = [];
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && to - from < LONGEST_WRITE && allocated[to] === (allocated[to - 1] as number) + 1) to++;
    writes.push({ block: allocated[from] as number, data: change.image.subarray(from * BLOCK, to * BLOCK) });
    from = to;
  }
  return writes;
}

function tableWrites(change: Change, placed: Uint32Array[], r: Request): BlockWrite[] {
  const levels = levelsOf(change.tree);
  return change.tree.tables.flatMap(({ starts }, i) => {
    const level = i + 1;
    const { fresh } = change.levels[level] as LevelChange;
    return fresh.map((entry) => {
      const block = placed[level]?.[entry] as number;
      const head = { block, level, txn: r.txn, time: r.time };
      const [from, to] = [starts[entry] as number, starts[entry + 1] as number];
      return { block, data: packTable(head, levels[i] as (typeof levels)[0], placed[i] as Uint32Array, from, to) };
    });
  });
}

/** Blocks of the old tree that the new one does not use, in order. */
function leftBehind(active: PlacedTree, placed: Uint32Array[], blocks: number): number[] {
  const kept = new BlockSet(blocks);
  for (const level of placed) kept.addAll(level);
  return [...blocksOf(active)].filter((b) => !kept.has(b)).sort((a, b) => a - b);
}

/** The history with one more entry, in a block of its own: beside the newest ones, or alone when they fill theirs. */
function extendHistory(list: HistoryList, entry: ReturnType<typeof historyEntry>, keep: number): HistoryBlock {
  const kept = Math.min(keep, HISTORY_LIMIT - 1);
  const first = list.entries.slice(0, Math.min(kept, list.inFirst));
  const older = firstOlder(list.older, kept - first.length);
  const together = { entries: [entry, ...first], older };
  if (fits(together)) return together;
  return { entries: [entry], older: [{ block: list.block, entries: first.length }, ...older] };
}
