import { B, type Blocks, isSealed, sha256, u64 } from './bytes.js';
import type { Root } from './root.js';

/* Part of the second reader of regions: see region.ts. */

interface Entry {
  block: number;
  length: number;
  hash: Buffer;
}

/** The content, from the topmost table down; undefined when anything on the way is not as it is named. */
export function contentOf(root: Root, blocks: Blocks, used: Set<number>): Buffer | undefined {
  let level: Entry[] = [root];
  for (let height = root.height; height > 0; height--) {
    const below: Entry[] = [];
    for (const entry of level) {
      used.add(entry.block);
      const entries = tableOf(entry, height, blocks);
      if (!entries || below.length + entries.length > root.length / 1024 + 1) return undefined;
      below.push(...entries);
    }
    level = below;
  }
  for (const { block } of level) used.add(block);
  const pages = level.map(({ block, length }) => blocks.block(block).subarray(0, length));
  return pages.every((page, i) => sha256(page).equals((level[i] as Entry).hash)) ? Buffer.concat(pages) : undefined;
}

function tableOf({ block, length, hash }: Entry, level: number, blocks: Blocks): Entry[] | undefined {
  const table = blocks.block(block);
  const n = table.readUInt16LE(30);
  if (!isSealed(table, 'dvmtable') || table.readUInt32LE(24) !== block || table.readUInt16LE(28) !== level || n > 100)
    return undefined;
  const entries = Array.from({ length: n }, (_, i): Entry => {
    const at = 96 + 40 * i;
    return { block: table.readUInt32LE(at), length: table.readUInt32LE(at + 4), hash: table.subarray(at + 8, at + 40) };
  });
  const sum = entries.reduce((total, e) => total + e.length, 0);
  if (u64(table, 56) !== length || sum !== length) return undefined;
  const inside = entries.every((e) => e.block >= 2 && e.block < blocks.count && e.length >= 1 && (level > 1 || e.length <= B));
  return inside && tableHash(level, entries).equals(hash) ? entries : undefined;
}

function tableHash(level: number, entries: readonly Entry[]): Buffer {
  const head = Buffer.alloc(16);
  head.write('dvm tree');
  head.writeUInt32LE(level, 8);
  head.writeUInt32LE(entries.length, 12);
  const lengths = Buffer.alloc(4 * entries.length);
  for (const [i, e] of entries.entries()) lengths.writeUInt32LE(e.length, 4 * i);
  return sha256(head, lengths, ...entries.map((e) => e.hash));
}
