import { BLOCK, blockProblem, FIRST_BLOCK, HEADER, seal, writeU64 } from './block.js';
import { isEmptyRoot, packRoot, ROOT_SIZE, type Root, rootProblem, unpackRoot } from './root.js';

/** Consecutive blocks. */
export interface Run {
  start: number;
  length: number;
}

/** An older version. */
export interface HistoryEntry {
  root: Root;
  /**
   * The blocks that this version uses and its successor does not, in order. Undefined when there were too many runs to
   * list: then they are among the blocks of its tree.
   */
  freed: Run[] | undefined;
}

/** An older history block and how many entries it holds. */
export interface OlderBlock {
  block: number;
  entries: number;
}

/** One block of history: its entries, newest first, then those of the `older` blocks, nearest first. */
export interface HistoryBlock {
  entries: HistoryEntry[];
  older: OlderBlock[];
}

const OLDER = 8;
const RUN = 8;
const unlisted = 0xffffffff;
const room = BLOCK - HEADER;
/** Longer lists of runs are left out, so that a history block holds several entries. */
const MAX_RUNS = 128;

/** A history entry whose freed blocks are listed only if they are few enough. */
export function historyEntry(root: Root, freed: Run[]): HistoryEntry {
  return { root, freed: freed.length <= MAX_RUNS ? freed : undefined };
}

/** True when the entries and the list of older blocks fit into one block. */
export function fits({ entries, older }: HistoryBlock): boolean {
  return older.length * OLDER + entries.reduce((n, e) => n + entrySize(e), 0) <= room;
}

function entrySize(e: HistoryEntry): number {
  return ROOT_SIZE + 8 + (e.freed?.length ?? 0) * RUN;
}

export function packHistory(block: number, writer: { txn: string; time: number }, h: HistoryBlock): Buffer {
  const out = Buffer.alloc(BLOCK);
  out.writeUInt32LE(block, 24);
  out.writeUInt16LE(h.entries.length, 28);
  out.writeUInt16LE(h.older.length, 30);
  out.write(writer.txn, 32, 'hex');
  writeU64(out, writer.time, 48);
  let at = HEADER;
  for (const o of h.older) at = packPair(out, at, o.block, o.entries);
  for (const e of h.entries) at = packEntry(out, at, e);
  return seal(out, 'dvmhisto');
}

function packEntry(out: Buffer, at: number, { root, freed }: HistoryEntry): number {
  packRoot(root, out, at);
  let next = packPair(out, at + ROOT_SIZE, freed ? freed.length : unlisted, 0);
  for (const run of freed ?? []) next = packPair(out, next, run.start, run.length);
  return next;
}

function packPair(out: Buffer, at: number, a: number, b: number): number {
  out.writeUInt32LE(a, at);
  out.writeUInt32LE(b, at + 4);
  return at + 8;
}

/** Reads a history block from untrusted bytes; a string says what is wrong with it. */
export function parseHistory(block: Buffer, number: number, regionBlocks: number): HistoryBlock | string {
  const problem = blockProblem(block, 'dvmhisto');
  if (problem) return problem;
  if (block.readUInt32LE(24) !== number) return `was written for block ${block.readUInt32LE(24)}`;
  try {
    return unpack(block, regionBlocks);
  } catch (e) {
    if (e instanceof RangeError) return 'has entries that reach past its end';
    throw e;
  }
}

function unpack(block: Buffer, regionBlocks: number): HistoryBlock | string {
  const out: HistoryBlock = { entries: [], older: [] };
  let at = HEADER;
  for (let n = block.readUInt16LE(30); n > 0; n--, at += OLDER) {
    const older = { block: block.readUInt32LE(at), entries: block.readUInt32LE(at + 4) };
    if (!inside(older.block, 1, regionBlocks) || older.entries === 0) return 'names an impossible older block';
    out.older.push(older);
  }
  for (let n = block.readUInt16LE(28); n > 0; n--) {
    const root = unpackRoot(block, at);
    const problem = isEmptyRoot(root) ? 'has an entry without transaction' : rootProblem(root, regionBlocks);
    if (problem) return problem;
    const runs = block.readUInt32LE(at + ROOT_SIZE);
    at += ROOT_SIZE + 8;
    const freed = runs === unlisted ? undefined : unpackRuns(block, at, runs, regionBlocks);
    if (typeof freed === 'string') return freed;
    out.entries.push({ root, freed });
    at += (freed?.length ?? 0) * RUN;
  }
  return out;
}

function unpackRuns(block: Buffer, at: number, count: number, regionBlocks: number): Run[] | string {
  if (count > MAX_RUNS) return `lists ${count} runs of blocks, more than fit`;
  const runs: Run[] = [];
  for (let i = 0; i < count; i++) {
    const run = { start: block.readUInt32LE(at + i * RUN), length: block.readUInt32LE(at + i * RUN + 4) };
    if (!inside(run.start, run.length, regionBlocks)) return 'lists blocks outside its region';
    const last = runs.at(-1);
    if (last && run.start <= last.start + last.length) return 'lists blocks out of order';
    runs.push(run);
  }
  return runs;
}

function inside(start: number, length: number, regionBlocks: number): boolean {
  return start >= FIRST_BLOCK && length >= 1 && start + length <= regionBlocks;
}
