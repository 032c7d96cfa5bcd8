import { assert, suite } from '#test/support/check.js';
import { uncleanSuperblock } from '#tm/cache-superblock.js';

const test = suite('superblock of a cache');

test('not shut down cleanly, with the checksum of that', () => {
  const superblock = Buffer.alloc(4096);
  superblock.writeUInt32LE(0b101, 4);
  const unclean = uncleanSuperblock(superblock);
  assert.is(unclean.readUInt32LE(4), 0b100);
  assert.is(uncleanSuperblock(unclean).compare(unclean), 0);
  assert.is.not(unclean.readUInt32LE(0), uncleanSuperblock(Buffer.alloc(4096)).readUInt32LE(0));
  assert.equal(unclean.subarray(8), superblock.subarray(8));
});

test.run();
