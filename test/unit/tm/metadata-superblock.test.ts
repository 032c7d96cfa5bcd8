import { assert, suite } from '#test/support/check.js';
import { fittingSuperblock, uncleanSuperblock } from '#tm/metadata-superblock.js';

const test = suite('superblocks of metadata');

test('a cache not shut down cleanly, with the checksum of that', () => {
  const superblock = Buffer.alloc(4096);
  superblock.writeUInt32LE(0b101, 4);
  const unclean = uncleanSuperblock(superblock);
  assert.is(unclean.readUInt32LE(4), 0b100);
  assert.is(uncleanSuperblock(unclean).compare(unclean), 0);
  assert.is.not(unclean.readUInt32LE(0), uncleanSuperblock(Buffer.alloc(4096)).readUInt32LE(0));
  assert.equal(unclean.subarray(8), superblock.subarray(8));
});

test('a thin pool at another transaction, and nothing else', () => {
  const superblock = Buffer.alloc(4096, 7);
  const other = fittingSuperblock(superblock, [2 ** 40 + 3, 5]);
  assert.is(other.readBigUInt64LE(48), 2n ** 40n + 3n);
  assert.equal([other.subarray(4, 48), other.subarray(56)], [superblock.subarray(4, 48), superblock.subarray(56)]);
  assert.is.not(other.readUInt32LE(0), fittingSuperblock(superblock, [4]).readUInt32LE(0));
  assert.equal(fittingSuperblock(other, [7, 2 ** 40 + 3]), other);
});

test.run();
