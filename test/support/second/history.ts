import { B, type Blocks, isSealed } from './bytes.js';
import { type Root, rootOf } from './root.js';

/* Part of the second reader of regions: see region.ts. */

export interface HistoryRef {
  block: number;
  count: number;
}

/** The roots of older versions; the first history block that is not sound ends them. */
export function historyOf({ block, count }: HistoryRef, blocks: Blocks, used: Set<number>): Root[] {
  const roots: Root[] = [];
  const first = block === 0 ? undefined : historyBlock(block, blocks);
  let left = count;
  for (const own of first ? [{ block, entries: first.roots.length }, ...first.older] : []) {
    const next = left > 0 ? historyBlock(own.block, blocks) : undefined;
    if (!next) break;
    used.add(own.block);
    roots.push(...next.roots.slice(0, Math.min(own.entries, left)));
    left -= own.entries;
  }
  return roots;
}

interface HistoryBlock {
  roots: Root[];
  older: { block: number; entries: number }[];
}

function historyBlock(number: number, blocks: Blocks): HistoryBlock | undefined {
  const block = blocks.block(number);
  if (!isSealed(block, 'dvmhisto') || block.readUInt32LE(24) !== number) return undefined;
  const [entries, olders] = [block.readUInt16LE(28), block.readUInt16LE(30)];
  if (96 + 8 * olders > B) return undefined;
  const older = Array.from({ length: olders }, (_, i) => ({
    block: block.readUInt32LE(96 + 8 * i),
    entries: block.readUInt32LE(100 + 8 * i),
  }));
  if (older.some((o) => o.block < 2 || o.block >= blocks.count || o.entries === 0)) return undefined;
  const roots = historyRoots(block, 96 + 8 * olders, entries, blocks.count);
  return roots && { roots, older };
}

function historyRoots(block: Buffer, from: number, entries: number, count: number): Root[] | undefined {
  const roots: Root[] = [];
  for (let at = from, i = 0; i < entries; i++) {
    if (at + 104 > B) return undefined;
    const root = rootOf(block, at, count);
    const runs = block.readUInt32LE(at + 96);
    at += 104;
    if (root === undefined || root === 'unsound') return undefined;
    if (runs !== 0xffffffff) {
      if (runs > 128 || at + 8 * runs > B || !areRuns(block, at, runs, count)) return undefined;
      at += 8 * runs;
    }
    roots.push(root);
  }
  return roots;
}

/** Ascending and apart from one another, within the region. */
function areRuns(block: Buffer, at: number, runs: number, count: number): boolean {
  let free = 2;
  for (let i = 0; i < runs; i++) {
    const [start, length] = [block.readUInt32LE(at + 8 * i), block.readUInt32LE(at + 8 * i + 4)];
    if (start < free || length < 1 || start + length > count) return false;
    free = start + length + 1;
  }
  return true;
}
