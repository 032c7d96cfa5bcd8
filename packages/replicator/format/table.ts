import { sha256 } from '#tool/crypto.js';
import type { Bytes } from '#tool/units.js';
import { BLOCK, blockProblem, FIRST_BLOCK, HEADER, readU64, seal, writeU64 } from './block.js';

export const HASH = 32;
const ENTRY = 40;
/** Entries a table holds at most: what fits behind the header. */
export const TABLE_ENTRIES = (BLOCK - HEADER) / ENTRY;

/** A run of siblings in a tree: flat arrays, because a large content has thousands of pages. */
export interface Entries {
  /** 32 bytes an entry. */
  hashes: Buffer;
  /** Bytes of content under an entry. */
  lengths: Uint32Array;
}

/** What a table block holds besides its entries. */
export interface TableHeader {
  block: number;
  /** 1 above pages, 2 above tables of level 1, and so on. */
  level: number;
  /** The transaction that wrote it; a later version may use the table unchanged. */
  txn: string;
  time: number;
}

export interface Table extends Entries {
  blocks: Uint32Array;
}

/** Entries `from` to `to` of a level as one table block. */
export function packTable(head: TableHeader, of: Entries, blocks: Uint32Array, from: number, to: number): Buffer {
  const out = Buffer.alloc(BLOCK);
  out.writeUInt32LE(head.block, 24);
  out.writeUInt16LE(head.level, 28);
  out.writeUInt16LE(to - from, 30);
  out.write(head.txn, 32, 'hex');
  writeU64(out, head.time, 48);
  writeU64(out, sum(of.lengths, from, to), 56);
  for (let i = from, at = HEADER; i < to; i++, at += ENTRY) {
    out.writeUInt32LE(blocks[i] as number, at);
    out.writeUInt32LE(of.lengths[i] as number, at + 4);
    of.hashes.copy(out, at + 8, i * HASH, (i + 1) * HASH);
  }
  return seal(out, 'dvmtable');
}

/** What the tree says a table must be. */
export interface Expected {
  block: number;
  level: number;
  length: Bytes;
  hash: Buffer;
}

/**
 * Reads a table from untrusted bytes and holds it to what its parent says of it.
 *
 * @param regionBlocks size of the region
 * @returns the table, or why it is not the one that is expected
 */
export function parseTable(block: Buffer, expected: Expected, regionBlocks: number): Table | string {
  const problem = blockProblem(block, 'dvmtable') ?? headerProblem(block, expected);
  if (problem) return problem;
  const table = unpack(block);
  if (sum(table.lengths, 0, table.lengths.length) !== expected.length) return 'has entries that do not add up to its length';
  if (table.blocks.some((b) => b < FIRST_BLOCK || b >= regionBlocks)) return 'points outside its region';
  const mostPerEntry = expected.level === 1 ? BLOCK : 2 ** 32;
  if (table.lengths.some((n) => n < 1 || n > mostPerEntry)) return 'has an entry of an impossible length';
  if (!hashEntries(expected.level, table, 0, table.lengths.length).equals(expected.hash))
    return 'is not the one its parent names';
  return table;
}

function headerProblem(block: Buffer, expected: Expected): string | undefined {
  if (block.readUInt32LE(24) !== expected.block) return `was written for block ${block.readUInt32LE(24)}`;
  if (block.readUInt16LE(28) !== expected.level) return `has level ${block.readUInt16LE(28)}, expected ${expected.level}`;
  if (block.readUInt16LE(30) > TABLE_ENTRIES) return `has ${block.readUInt16LE(30)} entries, more than fit`;
  if (readU64(block, 56) !== expected.length) return `covers ${readU64(block, 56)} bytes, expected ${expected.length}`;
  return undefined;
}

function unpack(block: Buffer): Table {
  const count = block.readUInt16LE(30);
  const table = { blocks: new Uint32Array(count), lengths: new Uint32Array(count), hashes: Buffer.allocUnsafe(count * HASH) };
  for (let i = 0, at = HEADER; i < count; i++, at += ENTRY) {
    table.blocks[i] = block.readUInt32LE(at);
    table.lengths[i] = block.readUInt32LE(at + 4);
    block.copy(table.hashes, i * HASH, at + 8, at + ENTRY);
  }
  return table;
}

/**
 * The hash of a table is that of its level and of its entries' lengths and hashes, without block numbers and
 * without who wrote it when: equal contents have equal hashes in every region.
 */
export function hashEntries(level: number, of: Entries, from: number, to: number): Buffer {
  const head = Buffer.alloc(16);
  head.write('dvm tree');
  head.writeUInt32LE(level, 8);
  head.writeUInt32LE(to - from, 12);
  const lengths = Buffer.allocUnsafe((to - from) * 4);
  for (let i = from; i < to; i++) lengths.writeUInt32LE(of.lengths[i] as number, (i - from) * 4);
  return sha256(head, lengths, of.hashes.subarray(from * HASH, to * HASH));
}

export function hashPage(page: Uint8Array): Buffer {
  return sha256(page);
}

function sum(lengths: Uint32Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += lengths[i] as number;
  return total;
}
