import { sha256 } from '#tool/crypto.js';

/** A region is made of blocks of 4 KiB (docs/formats/region.md); a block number counts from the region's start. */
export const BLOCK = 4096;
/** Sectors a block. */
export const BLOCK_SECTORS = 8;
/** Blocks 0 and 1 hold the superblocks. */
export const FIRST_BLOCK = 2;
export const HEADER = 96;

/** What a block of metadata is, written as its first eight bytes. It is part of what the checksum covers. */
export type BlockKind = 'dvmsuper' | 'dvmtable' | 'dvmhisto';

const checksumAt = 8;
const checksumLength = 16;
const noChecksum = Buffer.alloc(checksumLength);

/** Sets the kind and the checksum of a block that is otherwise complete. */
export function seal(block: Buffer, kind: BlockKind): Buffer {
  block.write(kind, 0, 'latin1');
  checksum(block).copy(block, checksumAt);
  return block;
}

/** Why a block is not the sound block of `kind` it should be; undefined when it is. */
export function blockProblem(block: Buffer, kind: BlockKind): string | undefined {
  if (block.toString('latin1', 0, checksumAt) !== kind) return `does not start with "${kind}"`;
  if (!checksum(block).equals(block.subarray(checksumAt, checksumAt + checksumLength))) return 'has a wrong checksum';
  return undefined;
}

/** The first 16 bytes of the SHA-256 of the block with the checksum's place zeroed. Node hashes faster than JS can CRC. */
function checksum(block: Buffer): Buffer {
  return sha256(block.subarray(0, checksumAt), noChecksum, block.subarray(checksumAt + checksumLength)).subarray(
    0,
    checksumLength,
  );
}

/** An unsigned 64-bit number that a double holds; NaN when it does not. */
export function readU64(block: Buffer, at: number): number {
  const n = block.readUInt32LE(at) + block.readUInt32LE(at + 4) * 2 ** 32;
  return Number.isSafeInteger(n) ? n : Number.NaN;
}

export function writeU64(block: Buffer, n: number, at: number): void {
  block.writeUInt32LE(n % 2 ** 32, at);
  block.writeUInt32LE(Math.floor(n / 2 ** 32), at + 4);
}
