import { createHash } from 'node:crypto';
import { writeField } from '../../mutate/bytes.js';
import type { Repair } from './edits.js';
import { onDisk } from './images.js';

/*
 * Makes checksums and hashes right after edits, so that what they protect is reached. Written from docs/formats/region.md.
 * Structure is left as the edits made it: levels that are missing, blocks that occur twice.
 */

const B = 4096;
const kinds = ['dvmsuper', 'dvmtable', 'dvmhisto'];

/** @param touched numbers on the disk of the blocks that were changed */
export function repairBlocks(blocks: Map<number, Buffer>, touched: Iterable<number>, repair: Repair): void {
  if (repair === 'none') return;
  const dirty = new Set(touched);
  const work: Work = { blocks, dirty, lengths: repair === 'whole', done: new Map() };
  if (repair !== 'seal') for (const slot of [0, 1]) repairSuperblock(work, onDisk(slot));
  for (const at of dirty) sealBlock(blocks.get(at));
}

interface Work {
  blocks: Map<number, Buffer>;
  dirty: Set<number>;
  lengths: boolean;
  /** By number and level. */
  done: Map<string, Subtree>;
}

interface Subtree {
  hash: Buffer;
  length: number;
}

function repairSuperblock(work: Work, at: number): void {
  const { blocks, dirty } = work;
  const sector = copyOf(blocks, at);
  if (kindOf(sector) !== 'dvmsuper') return;
  for (const root of [80, 176]) {
    const height = sector.readUInt16LE(root + 84);
    if (height < 1 || height > 8) continue;
    const { hash, length } = repairTable(work, sector.readUInt32LE(root + 80), height);
    hash.copy(sector, root + 48);
    if (work.lengths) writeField(sector, { at: root + 40, width: 8 }, length);
  }
  repairHistory(blocks, sector.readUInt32LE(56), dirty);
  repairHistory(blocks, sector.readUInt32LE(64), dirty);
  blocks.set(at, sector);
  dirty.add(at);
}

/** Writes where it lies and what its entries lead to into a table and those below it. */
function repairTable(work: Work, number: number, level: number): Subtree {
  const { blocks, dirty, done } = work;
  const key = `${number} ${level}`;
  const known = done.get(key);
  if (known) return known;
  const nothing = { hash: Buffer.alloc(32), length: 0 };
  done.set(key, nothing); // of a circle
  const table = copyOf(blocks, onDisk(number));
  if (kindOf(table) !== 'dvmtable') return nothing;
  table.writeUInt32LE(number, 24);
  table.writeUInt16LE(level, 28);
  const count = Math.min(table.readUInt16LE(30), 100);
  for (let i = 0; i < count; i++) repairEntry(work, table, 96 + 40 * i, level);
  const length = Array.from({ length: count }, (_, i) => table.readUInt32LE(100 + 40 * i)).reduce((a, b) => a + b, 0);
  if (work.lengths) writeField(table, { at: 56, width: 8 }, length);
  blocks.set(onDisk(number), table);
  dirty.add(onDisk(number));
  const subtree = { hash: tableHash(table, level, count), length };
  done.set(key, subtree);
  return subtree;
}

function repairEntry(work: Work, table: Buffer, entry: number, level: number): void {
  const child = table.readUInt32LE(entry);
  if (level === 1) {
    const page = copyOf(work.blocks, onDisk(child)).subarray(0, Math.min(table.readUInt32LE(entry + 4), B));
    hashOf(page).copy(table, entry + 8);
    return;
  }
  const { hash, length } = repairTable(work, child, level - 1);
  hash.copy(table, entry + 8);
  if (work.lengths) writeField(table, { at: entry + 4, width: 4 }, length);
}

function repairHistory(blocks: Map<number, Buffer>, number: number, dirty: Set<number>): void {
  const at = onDisk(number);
  const block = copyOf(blocks, at);
  if (number === 0 || kindOf(block) !== 'dvmhisto') return;
  block.writeUInt32LE(number, 24);
  blocks.set(at, block);
  dirty.add(at);
}

function tableHash(table: Buffer, level: number, count: number): Buffer {
  const head = Buffer.alloc(16);
  head.write('dvm tree');
  head.writeUInt32LE(level, 8);
  head.writeUInt32LE(count, 12);
  const entries = Array.from({ length: count }, (_, i) => table.subarray(96 + 40 * i, 136 + 40 * i));
  return hashOf(head, ...entries.map((e) => e.subarray(4, 8)), ...entries.map((e) => e.subarray(8, 40)));
}

/** Makes the checksum of a block right, if it says what it is. */
export function sealBlock(block: Buffer | undefined): void {
  if (!block || !kinds.includes(kindOf(block))) return;
  const sealed = kindOf(block) === 'dvmsuper' ? block.subarray(0, 512) : block;
  hashOf(sealed.subarray(0, 8), Buffer.alloc(16), sealed.subarray(24)).copy(sealed, 8, 0, 16);
}

export function kindOf(block: Buffer): string {
  return block.toString('latin1', 0, 8);
}

function copyOf(blocks: Map<number, Buffer>, at: number): Buffer {
  return Buffer.from(blocks.get(at) ?? Buffer.alloc(B));
}

function hashOf(...parts: Uint8Array[]): Buffer {
  return parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
}
