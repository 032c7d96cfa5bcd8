import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';

/** The first block of a cache's metadata (drivers/md/dm-cache-metadata.c): checksum, flags, …, all little-endian. */
const block = 4096;
const flagsAt = 4;
const cleanShutdown = 1;
const checksumXor = 9031977;

/**
 * Makes the kernel take every chunk of a cache for one that is not written back. cache_repair (0.9) does not carry over which
 * are, and says that the cache was shut down cleanly: what only the cache has would be lost.
 */
export function markUnclean(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    const superblock = Buffer.alloc(block);
    readSync(fd, superblock, 0, block, 0);
    writeSync(fd, uncleanSuperblock(superblock), 0, block, 0);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The same superblock without its word of a clean shutdown. */
export function uncleanSuperblock(superblock: Buffer): Buffer {
  const out = Buffer.from(superblock);
  out.writeUInt32LE((out.readUInt32LE(flagsAt) & ~cleanShutdown) >>> 0, flagsAt);
  out.writeUInt32LE((crc32c(out.subarray(flagsAt)) ^ checksumXor) >>> 0, 0);
  return out;
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
