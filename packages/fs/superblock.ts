import { fail } from '#tool/errors.js';
import { type Bytes, SECTOR } from '#tool/units.js';

/** What the superblock of a file system says of its size. */
export interface Superblock {
  size: Bytes;
  /** Sizes are multiples of it. */
  blockSize: Bytes;
  /** btrfs: the number of the device in the file system, and how many it has. */
  device?: { id: bigint; of: bigint };
}

/** How much of a device's beginning holds every superblock that is read here. */
export const headBytes = 128 << 10;

/** The families of file systems that can be resized. */
export const families = ['ext', 'xfs', 'btrfs', 'swap'] as const;
export type Family = (typeof families)[number];

const parsers: Readonly<Record<Family, (head: Buffer) => Superblock | undefined>> = { ext, xfs, btrfs, swap };

/**
 * Reads the superblock out of the first `headBytes` of a device.
 *
 * @throws DvmError `bad-superblock` (badInput) when it is not one of that family
 */
export function parseSuperblock(family: Family, head: Buffer): Superblock {
  const found = head.length < headBytes ? undefined : parsers[family](head);
  if (found) return found;
  throw fail('badInput', 'bad-superblock', `the superblock of the ${family} file system is damaged`, {
    hint: 'check the file system first',
  });
}

/** The kernel's Documentation/filesystems/ext4/super.rst: little-endian, at 1024. */
function ext(head: Buffer): Superblock | undefined {
  const at = 1024;
  if (head.readUInt16LE(at + 0x38) !== 0xef53) return undefined;
  const logBlock = head.readUInt32LE(at + 0x18);
  if (logBlock > 6) return undefined;
  const has64Bit = (head.readUInt32LE(at + 0x60) & 0x80) !== 0;
  const blocks = head.readUInt32LE(at + 0x4) + (has64Bit ? head.readUInt32LE(at + 0x150) * 2 ** 32 : 0);
  const blockSize = 1024 << logBlock;
  return sized(blocks * blockSize, blockSize);
}

/** The kernel's fs/xfs/libxfs/xfs_format.h, struct xfs_dsb: big-endian, at 0. */
function xfs(head: Buffer): Superblock | undefined {
  if (head.toString('latin1', 0, 4) !== 'XFSB') return undefined;
  const blockSize = head.readUInt32BE(4);
  return sized(Number(head.readBigUInt64BE(8)) * blockSize, blockSize);
}

/** The kernel's include/uapi/linux/btrfs_tree.h, struct btrfs_super_block: little-endian, at 64 KiB. */
function btrfs(head: Buffer): Superblock | undefined {
  const at = 64 << 10;
  if (head.toString('latin1', at + 0x40, at + 0x48) !== '_BHRfS_M') return undefined;
  const device = { id: head.readBigUInt64LE(at + 0xc9), of: head.readBigUInt64LE(at + 0x88) };
  const size = Number(head.readBigUInt64LE(at + 0xc9 + 8));
  const found = sized(size, head.readUInt32LE(at + 0x90));
  return found && { ...found, device };
}

/** mkswap(8): 4 KiB pages here; `last_page` at 1028 of the first, which ends in the signature. */
function swap(head: Buffer): Superblock | undefined {
  const page = [4096, 16384, 65536].find((size) => head.toString('latin1', size - 10, size) === 'SWAPSPACE2');
  return page === undefined ? undefined : sized((head.readUInt32LE(1028) + 1) * page, page);
}

/** Sizes that a file system can have: of whole sectors, in blocks of 512 bytes to 64 KiB. */
export function sized(size: Bytes, blockSize: Bytes): Superblock | undefined {
  const power = Number.isInteger(Math.log2(blockSize)) && blockSize >= SECTOR && blockSize <= 64 << 10;
  return power && Number.isSafeInteger(size) && size > 0 && size % SECTOR === 0 ? { size, blockSize } : undefined;
}
