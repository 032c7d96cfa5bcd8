import { parseXfsInfo } from '#fs/probe.js';
import { type FileSystem, MOUNT, stepsTo } from '#fs/steps.js';
import type { Family } from '#fs/superblock.js';
import { assert, suite } from '#test/support/check.js';
import { fails } from '../metadata/fixtures.js';

/** Which programs fit which file system to which size. */
const test = suite('steps of a resize');
const MIB = 1 << 20;

function fs(family: Family, more: Partial<FileSystem> = {}): FileSystem {
  const type = family === 'ext' ? 'ext4' : family;
  const none = { uuid: undefined, label: undefined, mountedOn: undefined, swapping: false };
  return { family, type, size: 16 * MIB, blockSize: 4096, path: '/dev/mapper/vg-a', volume: 'a', ...none, ...more };
}

function words(of: FileSystem, wanted: number): string[] {
  return stepsTo(of, wanted).steps.map((s) => [s.program, ...s.args].join(' ').replace(MOUNT, 'MOUNT'));
}

test('one that fits, blocks apart, stays as it is', () => {
  assert.equal(stepsTo(fs('xfs'), 16 * MIB + 4095), { action: 'none', steps: [], mountFirst: false });
});

test('ext grows mounted at once, and not mounted after a check', () => {
  assert.equal(words(fs('ext', { mountedOn: '/srv' }), 32 * MIB), ['resize2fs /dev/mapper/vg-a 65536s']);
  assert.equal(words(fs('ext'), 32 * MIB), ['e2fsck -f -p /dev/mapper/vg-a', 'resize2fs /dev/mapper/vg-a 65536s']);
});

test('ext shrinks when it is not mounted', async () => {
  assert.equal(words(fs('ext'), 8 * MIB), ['e2fsck -f -p /dev/mapper/vg-a', 'resize2fs /dev/mapper/vg-a 16384s']);
  await fails(() => stepsTo(fs('ext', { mountedOn: '/srv' }), 8 * MIB), 'file-system-mounted', 83, /ext4 on volume "a"/);
});

test('xfs grows where it is mounted, or is mounted for it, and never shrinks', async () => {
  assert.equal(words(fs('xfs', { mountedOn: '/srv' }), 32 * MIB), ['xfs_growfs -D 8192 MOUNT']);
  assert.is(stepsTo(fs('xfs', { mountedOn: '/srv' }), 32 * MIB).mountFirst, false);
  assert.is(stepsTo(fs('xfs'), 32 * MIB).mountFirst, true);
  await fails(() => stepsTo(fs('xfs'), 8 * MIB), 'cannot-shrink', 83);
});

test('btrfs is resized by device, both ways', async () => {
  assert.equal(words(fs('btrfs', { device: { id: 2n, of: 2n }, mountedOn: '/srv' }), 8 * MIB), [
    'btrfs filesystem resize 2:8388608 MOUNT',
  ]);
  assert.is(stepsTo(fs('btrfs'), 32 * MIB).mountFirst, true);
  await fails(() => stepsTo(fs('btrfs', { device: { id: 1n, of: 2n } }), 8 * MIB), 'several-devices', 83);
});

test('swap is swapped off meanwhile, and keeps its uuid and label', () => {
  assert.equal(words(fs('swap', { uuid: 'u', label: 'l', swapping: true }), 8 * MIB), [
    'swapoff /dev/mapper/vg-a',
    'mkswap --uuid u --label l /dev/mapper/vg-a 8192',
    'swapon /dev/mapper/vg-a',
  ]);
  assert.equal(words(fs('swap'), 8 * MIB), ['mkswap /dev/mapper/vg-a 8192']);
});

test('xfs_info', async () => {
  const text = 'meta-data=/dev/x isize=512\ndata     =                       bsize=4096   blocks=81920, imaxpct=25\n';
  assert.equal(parseXfsInfo(text), { size: 320 * MIB, blockSize: 4096 });
  await fails(() => parseXfsInfo('nothing'), 'xfs_info-failed', 74);
});

test.run();
