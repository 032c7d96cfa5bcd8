import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '#blockdev/system-program.js';
import { type Family, headBytes, parseSuperblock } from '#fs/superblock.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { fails } from '../metadata/fixtures.js';

/** Superblocks as the real mkfs programs write them. */
const test = suite('superblocks');
const MIB = 1 << 20;

interface Made {
  family: Family;
  /** Program and arguments; the image comes last. */
  make: string[];
  /** Of the image, and of the file system on it. */
  image: number;
  size: number;
}

const made: Made[] = [
  { family: 'ext', make: ['mkfs.ext4', '-q', '-F'], image: 16 * MIB, size: 16 * MIB },
  { family: 'ext', make: ['mkfs.ext4', '-q', '-F', '-O', '64bit', '-b', '4096'], image: 16 * MIB, size: 16 * MIB },
  { family: 'ext', make: ['mkfs.ext2', '-q', '-F', '-b', '1024'], image: 8 * MIB + 512, size: 8 * MIB },
  { family: 'xfs', make: ['mkfs.xfs', '-q', '-f'], image: 320 * MIB, size: 320 * MIB },
  { family: 'btrfs', make: ['mkfs.btrfs', '-q', '-f'], image: 128 * MIB, size: 128 * MIB },
  { family: 'swap', make: ['mkswap', '-q'], image: 4 * MIB, size: 4 * MIB },
];

for (const { family, make, image, size } of made) {
  const program = findProgram(make[0] ?? '');
  if (program)
    test(`${make.join(' ')} of ${image} bytes`, () =>
      inTmp(async (dir) => {
        const path = join(dir, 'image');
        const fd = openSync(path, 'w');
        ftruncateSync(fd, image);
        closeSync(fd);
        execFileSync(program, [...make.slice(1), path], { stdio: 'pipe' });
        const head = readFileSync(path).subarray(0, headBytes);
        const found = parseSuperblock(family, head);
        assert.is(found.size, size);
        assert.is(found.size % found.blockSize, 0);
        if (family === 'btrfs') assert.equal(found.device, { id: 1n, of: 1n });
        const other = family === 'ext' ? 'xfs' : 'ext';
        await fails(() => parseSuperblock(other, head), 'bad-superblock', 65);
      }));
  else skipped(1, `${make[0]} is not installed`);
}

test('what is short, empty or rubbish is damaged', async () => {
  for (const family of ['ext', 'xfs', 'btrfs', 'swap'] as const)
    for (const head of [Buffer.alloc(0), Buffer.alloc(headBytes), Buffer.alloc(headBytes, 0xff)])
      await fails(() => parseSuperblock(family, head), 'bad-superblock', 65);
});

test('sizes that no file system has are damage', async () => {
  const head = Buffer.alloc(headBytes);
  head.write('_BHRfS_M', (64 << 10) + 0x40);
  const put = (size: bigint, blockSize: number) => {
    head.writeBigUInt64LE(size, (64 << 10) + 0xc9 + 8);
    head.writeUInt32LE(blockSize, (64 << 10) + 0x90);
    return parseSuperblock('btrfs', head).size;
  };
  assert.is(put(BigInt(MIB), 4096), MIB);
  for (const [size, blockSize] of [
    [2n ** 63n, 4096],
    [BigInt(MIB + 1), 4096],
    [BigInt(MIB), 1000],
    [BigInt(MIB), 0],
    [BigInt(MIB), 1 << 20],
  ] as const)
    await fails(() => put(size, blockSize), 'bad-superblock', 65);
});

test.run();
