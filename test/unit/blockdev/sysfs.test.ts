import { join } from 'node:path';
import { readUses } from '#blockdev/mounts.js';
import { mapParallel } from '#blockdev/parallel.js';
import { deviceAt, linksByDevice, listBlockDevices } from '#blockdev/sysfs.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { canLoop, inTmp, withLoop } from '#test/support/loop.js';
import { fakeRoots, link } from '#test/support/sysfs.js';

const test = suite('sysfs, mounts');
/** A real node to lead made-up ones to: stat needs no rights. */
const node = '/dev/loop0';
const other = '/dev/loop1';
const [dev, otherDev] = [deviceAt(node) ?? '', deviceAt(other) ?? ''];
if (otherDev === '') skipped(4, 'no two loop devices have nodes on this machine');

if (otherDev !== '') {
  test('disks, partitions, holders and mapper names are told apart', () =>
    inTmp((dir) => {
      const roots = fakeRoots(dir, [
        { name: 'sda', dev, node, size: 4096, blockSize: 4096, removable: true },
        { name: 'sda1', dev: '8:1', parent: 'sda', size: 2048, holders: ['dm-0'], readOnly: true },
        {
          name: 'dm-0',
          dev: otherDev,
          size: 1024,
          slaves: ['sda1'],
          dm: { name: 'vg-data', uuid: 'DVM-x' },
          node: other,
        },
        { name: 'loop7', dev: '7:7', size: 8, backingFile: '/tmp/a' },
      ]);
      const [mapped, loop, disk, part] = listBlockDevices(roots);
      assert.is(mapped?.path, join(roots.dev, 'mapper/vg-data'));
      assert.equal(mapped?.dm, { name: 'vg-data', uuid: 'DVM-x' });
      assert.equal(mapped?.slaves, ['sda1']);
      assert.is(loop?.backingFile, '/tmp/a');
      assert.is(loop?.path, undefined);
      assert.equal([disk?.path, disk?.blockSize, disk?.removable, disk?.size], [join(roots.dev, 'sda'), 4096, true, 4096]);
      assert.equal(disk?.partitions, ['sda1']);
      assert.equal([part?.parent, part?.blockSize, part?.readOnly, part?.removable], ['sda', 4096, true, false]);
      assert.equal(part?.holders, ['dm-0']);
    }));

  test('a node counts only when its numbers are right, also below a directory', () =>
    inTmp((dir) => {
      const roots = fakeRoots(dir, [
        { name: 'cciss!c0d0', dev, node },
        { name: 'sdb', dev: '8:16', node },
        { name: 'sdc', dev: '8:32', node: '/dev/null' },
      ]);
      const paths = listBlockDevices(roots).map((d) => d.path);
      assert.equal(paths, [join(roots.dev, 'cciss/c0d0'), undefined, undefined]);
    }));

  test('links of udev by device', () =>
    inTmp((dir) => {
      const roots = fakeRoots(dir, []);
      link(node, join(roots.dev, 'disk/by-id/usb-1'));
      link(node, join(roots.dev, 'disk/by-path/pci'));
      link('/nowhere', join(roots.dev, 'disk/by-path/gone'));
      assert.equal(linksByDevice(roots).get(dev), [join(roots.dev, 'disk/by-id/usb-1'), join(roots.dev, 'disk/by-path/pci')]);
    }));

  test('mounts by number or by source, with blanks in the path, and swap', () =>
    inTmp((dir) => {
      const mountinfo = [
        '36 35 98:0 / /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw',
        '37 35 98:0 /sub /mnt\\0402 rw shared:1 master:2 - ext3 /dev/root rw',
        `38 35 0:44 / /srv rw - btrfs ${node} rw`,
        '39 35 0:45 / /proc rw - proc proc rw',
        'rubbish',
      ].join('\n');
      const uses = readUses(fakeRoots(dir, [], { mountinfo, swaps: `Filename\tType\n${node} partition 8 0 -2\n` }));
      assert.equal(Object.fromEntries(uses), { '98:0': ['mounted on /mnt 2'], [dev]: ['mounted on /srv', 'used as swap'] });
    }));
}

test('roots without anything have no devices', () =>
  inTmp((dir) => {
    const roots = { sysfs: join(dir, 'a'), dev: join(dir, 'b'), proc: join(dir, 'c') };
    assert.equal(listBlockDevices(roots), []);
    assert.is(readUses(roots).size, 0);
  }));

if (!canLoop) skipped(1, 'loop devices need root');
else
  test('the real sysfs shows a loop device as it is', () =>
    withLoop(3 << 20, (path, file) => {
      const d = listBlockDevices().find((x) => x.path === path);
      assert.equal([d?.size, d?.backingFile, d?.blockSize, d?.dev], [6144, file, 512, deviceAt(path)]);
    }));

test('work in parallel keeps order, its limit, and ends before it fails', async () => {
  let running = 0;
  let most = 0;
  const slow = async (n: number): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((done) => setImmediate(done));
    running--;
    if (n === 5) throw new Error('five');
    return n * 2;
  };
  assert.equal(await mapParallel([1, 2, 3, 4], 2, slow), [2, 4, 6, 8]);
  assert.is(most, 2);
  assert.equal(await mapParallel([], 2, slow), []);
  assert.match((await thrown(() => mapParallel([4, 5, 6], 3, slow))).message, 'five');
  assert.is(running, 0);
});

test.run();
