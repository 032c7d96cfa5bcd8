import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * The first block of a cache's or thin pool's metadata (drivers/md/dm-cache-metadata.c, dm-thin-metadata.c): checksum, flags, …,
 * all little-endian.
 */
const block = 4096;
const flagsAt = 4;
const cleanShutdown = 1;
const transactionAt = 48;
const checksumXor = { cache: 9031977, 'thin-pool': 160774 } as const;

/**
 * Makes the kernel take every chunk of a cache for one that is not written back. cache_repair (0.9) does not carry over which
 * are, and says that the cache was shut down cleanly: what only the cache has would be lost.
 */
export function markUnclean(path: string): void {
  rewrite(path, uncleanSuperblock);
}

/**
 * Gives a thin pool the first of these transaction ids unless it is at one of them. A lower one than it has would have it told again
 * of volumes that are in use; thin_repair (0.9) loses every mapping when it is asked to set one.
 */
export function fitTransaction(path: string, ids: readonly number[]): void {
  rewrite(path, (superblock) => fittingSuperblock(superblock, ids));
}

/** The same superblock without its word of a clean shutdown. */
export function uncleanSuperblock(superblock: Buffer): Buffer {
  const out = Buffer.from(superblock);
  out.writeUInt32LE((out.readUInt32LE(flagsAt) & ~cleanShutdown) >>> 0, flagsAt);
  return summed(out, 'cache');
}

/** The same superblock of a thin pool, at one of these transaction ids. */
export function fittingSuperblock(superblock: Buffer, ids: readonly number[]): Buffer {
  const out = Buffer.from(superblock);
  const [first] = ids;
  if (first === undefined || ids.includes(Number(out.readBigUInt64LE(transactionAt)))) return out;
  out.writeBigUInt64LE(BigInt(first), transactionAt);
  return summed(out, 'thin-pool');
}

function rewrite(path: string, change: (superblock: Buffer) => Buffer): void {
  const fd = openSync(path, 'r+');
  try {
    const superblock = Buffer.alloc(block);
    readSync(fd, superblock, 0, block, 0);
    writeSync(fd, change(superblock), 0, block, 0);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** With the checksum that it has then. */
function summed(superblock: Buffer, kind: keyof typeof checksumXor): Buffer {
  superblock.writeUInt32LE((crc32c(superblock.subarray(flagsAt)) ^ checksumXor[kind]) >>> 0, 0);
  return superblock;
}

/** As the kernel has it: begins with all ones, and is not inverted in the end. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return crc >>> 0;
}
