import { type Entries, HASH, hashEntries, TABLE_ENTRIES } from '../format/table.js';
import { groupEnd } from './cut.js';

/** One level of tables: entry i stands for the entries `starts[i]` to `starts[i + 1]` of the level below. */
export interface TableLevel extends Entries {
  starts: Uint32Array;
}

/**
 * The tree of a content, without block numbers: the same in every region. Its shape follows from the hashes of
 * the pages alone, so that equal contents have equal trees and similar ones share subtrees.
 */
export interface Tree {
  pages: Entries;
  /** Level 1 first; the last one has a single entry, the root. */
  tables: TableLevel[];
}

export function buildTree(pages: Entries): Tree {
  const tables = [groupLevel(1, pages)];
  for (let top = tables[0] as TableLevel; top.lengths.length > 1; ) {
    top = groupLevel(tables.length + 1, top);
    tables.push(top);
  }
  return { pages, tables };
}

function groupLevel(level: number, below: Entries): TableLevel {
  const starts = [0];
  const hashes: Buffer[] = [];
  const lengths: number[] = [];
  for (let from = 0; from < below.lengths.length || hashes.length === 0; ) {
    const to = groupEnd(below.hashes, HASH, from, TABLE_ENTRIES);
    hashes.push(hashEntries(level, below, from, to));
    lengths.push(below.lengths.subarray(from, to).reduce((a, b) => a + b, 0));
    starts.push(to);
    from = to;
  }
  return { hashes: Buffer.concat(hashes), lengths: Uint32Array.from(lengths), starts: Uint32Array.from(starts) };
}

/** All levels of a tree, pages first. */
export function levelsOf(tree: Tree): Entries[] {
  return [tree.pages, ...tree.tables];
}

/** The hash of the whole content: that of the root. */
export function treeHash(tree: Tree): string {
  return (tree.tables.at(-1)?.hashes ?? Buffer.alloc(HASH)).toString('hex');
}
