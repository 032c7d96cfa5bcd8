import type { HistoryBlock, HistoryEntry, OlderBlock } from '../format/history-block.js';
import { parseHistory } from '../format/history-block.js';
import type { HistoryRef } from '../format/superblock.js';
import type { OpenRegion } from './open-region.js';

/** Versions kept besides the active one, space permitting: bounds what every change has to read of the history. */
export const HISTORY_LIMIT = 256;

/** The older versions of a region, newest first. */
export interface HistoryList {
  /** The first block, in which the newest entries are; 0 when there is none. */
  block: number;
  entries: HistoryEntry[];
  /** How many of `entries` are in the first block. */
  inFirst: number;
  older: OlderBlock[];
  /** Why versions that the superblock counts are not among the entries. */
  problem: string | undefined;
}

/** Reads the history that a superblock refers to. What cannot be verified ends it: the rest is lost and named. */
export async function readHistory(of: OpenRegion, ref: HistoryRef): Promise<HistoryList> {
  const list: HistoryList = { block: 0, entries: [], inFirst: 0, older: [], problem: undefined };
  if (ref.block === 0) return list;
  const first = await readOne(of, ref.block);
  if (typeof first === 'string') return { ...list, problem: first };
  list.block = ref.block;
  list.entries = first.entries.slice(0, ref.count);
  list.inFirst = list.entries.length;
  await addOlder(of, list, first.older, ref.count);
  if (list.entries.length < ref.count) list.problem ??= `history ends after ${list.entries.length} of ${ref.count} versions`;
  return list;
}

async function addOlder(of: OpenRegion, list: HistoryList, older: OlderBlock[], count: number): Promise<void> {
  const wanted = firstOlder(older, count - list.inFirst);
  const blocks = await of.ownBlocks(wanted.map((o) => o.block));
  for (const { block, entries: counted } of wanted) {
    const next = parse(of, blocks.get(block) as Buffer, block);
    if (typeof next === 'string') {
      list.problem = next;
      return;
    }
    const entries = next.entries.slice(0, counted);
    list.entries.push(...entries);
    list.older.push({ block, entries: entries.length });
  }
}

/** The older blocks that hold the next `count` versions, each with how many of its own count. */
export function firstOlder(older: readonly OlderBlock[], count: number): OlderBlock[] {
  const out: OlderBlock[] = [];
  let left = count;
  for (const o of older) {
    if (left <= 0) break;
    out.push({ block: o.block, entries: Math.min(o.entries, left) });
    left -= o.entries;
  }
  return out;
}

/** The blocks that hold the newest `keep` entries. */
export function listBlocks(list: HistoryList, keep: number): number[] {
  return keep === 0 || list.block === 0 ? [] : [list.block, ...firstOlder(list.older, keep - list.inFirst).map((o) => o.block)];
}

async function readOne(of: OpenRegion, block: number): Promise<HistoryBlock | string> {
  return parse(of, (await of.ownBlocks([block])).get(block) as Buffer, block);
}

function parse(of: OpenRegion, data: Buffer, block: number): HistoryBlock | string {
  const parsed = parseHistory(data, block, of.superblock?.blocks ?? 0);
  return typeof parsed === 'string' ? `history block ${block} ${parsed}` : parsed;
}
