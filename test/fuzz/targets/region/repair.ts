import { createHash } from 'node:crypto';
import type { Repair } from './edits.js';
import { onDisk } from './images.js';

/*
 * Makes checksums and hashes right after edits, so that what they protect is reached. Written from docs/formats/region.md.
 * Structure is left as the edits made it: lengths that do not add up, levels that are missing, blocks that occur twice.
 */

const B = 4096;
const kinds = ['dvmsuper', 'dvmtable', 'dvmhisto'];

/** @param touched numbers on the disk of the blocks that were changed */
export function repairBlocks(blocks: Map<number, Buffer>, touched: Iterable<number>, repair: Repair): void {
  if (repair === 'none') return;
  const dirty = new Set(touched);
  if (repair === 'tree') for (const slot of [0, 1]) repairSuperblock(blocks, onDisk(slot), dirty);
  for (const at of dirty) sealBlock(blocks.get(at));
}

function repairSuperblock(blocks: Map<number, Buffer>, at: number, dirty: Set<number>): void {
  const sector = copyOf(blocks, at);
  if (kindOf(sector) !== 'dvmsuper') return;
  const done = new Map<string, Buffer>();
  for (const root of [80, 176]) {
    const height = sector.readUInt16LE(root + 84);
    if (height < 1 || height > 8) continue;
    repairTable(blocks, sector.readUInt32LE(root + 80), height, dirty, done).copy(sector, root + 48);
  }
  repairHistory(blocks, sector.readUInt32LE(56), dirty);
  repairHistory(blocks, sector.readUInt32LE(64), dirty);
  blocks.set(at, sector);
  dirty.add(at);
}

/** Writes where it lies and the hashes of its entries into a table and those below it; returns its own hash. */
function repairTable(
  blocks: Map<number, Buffer>,
  number: number,
  level: number,
  dirty: Set<number>,
  done: Map<string, Buffer>,
): Buffer {
  const key = `${number} ${level}`;
  const known = done.get(key);
  if (known) return known;
  done.set(key, Buffer.alloc(32)); // of a circle
  const at = onDisk(number);
  const table = copyOf(blocks, at);
  if (kindOf(table) !== 'dvmtable') return done.get(key) as Buffer;
  table.writeUInt32LE(number, 24);
  table.writeUInt16LE(level, 28);
  const count = Math.min(table.readUInt16LE(30), 100);
  for (let i = 0; i < count; i++) {
    const entry = 96 + 40 * i;
    const child = table.readUInt32LE(entry);
    const page = () => hashOf(copyOf(blocks, onDisk(child)).subarray(0, Math.min(table.readUInt32LE(entry + 4), B)));
    (level > 1 ? repairTable(blocks, child, level - 1, dirty, done) : page()).copy(table, entry + 8);
  }
  blocks.set(at, table);
  dirty.add(at);
  const hash = tableHash(table, level, count);
  done.set(key, hash);
  return hash;
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
