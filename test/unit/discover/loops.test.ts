import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDevice } from '#blockdev/device.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { canLoop, inTmp, run, withLoop } from '#test/support/loop.js';
import { toolCommand } from '#test/support/runtime.js';

const test = suite('discover on loop devices');
const MIB = 1 << 20;
/** Other tests label loop devices of this machine at the same time. */
const vg = `t${process.pid}`;

/** Runs the tool as users do; labels are locked on the whole machine, so others may have to be waited for. */
function discover(...args: string[]) {
  const [file, ...first] = toolCommand('discover');
  const wait = ['add', 'rm'].includes(args[0] ?? '') ? ['--wait', '60'] : [];
  const r = spawnSync(file, [...first, ...args, ...wait], { encoding: 'utf8' });
  return {
    code: r.status,
    out: r.stdout === '' ? undefined : JSON.parse(r.stdout),
    error: r.stderr === '' ? undefined : JSON.parse(r.stderr),
  };
}

if (!canLoop) skipped(5, 'loop devices need root');
else {
  test('blank, labelled, found, given up', () =>
    withLoop(32 * MIB, (dev) => {
      const added = discover('add', vg, dev);
      assert.equal([added.code, added.out.action], [0, 'created']);
      const found = discover(vg);
      assert.equal(
        Object.values(found.out.devices).map((d) => (d as { path: string }).path),
        [dev],
      );
      assert.match(Object.values(found.out.devices).map((d) => (d as { dev: string }).dev)[0] ?? '', /^7:\d+$/);
      assert.is(discover('add', vg, dev).out.action, 'unchanged');
      assert.ok(discover('list').out.groups.some((g: { group: { name: string } }) => g.group.name === vg));
      assert.is(discover('rm', vg, dev).out.action, 'removed');
      assert.is(discover('rm', vg, dev).out.action, 'unchanged');
      assert.equal([discover(vg).code, discover(vg).error.code], [80, 'no-group']);
    }));

  test('a file system is named, mounted it is named by whom, wiped it is taken', () =>
    withLoop(32 * MIB, (dev) =>
      inTmp((dir) => {
        run('mkfs.ext4', '-q', dev);
        const refused = discover('add', vg, dev);
        assert.equal([refused.code, refused.error.code], [83, 'device-not-blank']);
        assert.match(refused.error.message, 'carries ext4 (filesystem)');
        const entry = discover('list').out.unlabelled.find((u: { path: string }) => u.path === dev);
        assert.equal(entry.carries, ['ext4 (filesystem)']);
        mkdirSync(join(dir, 'mnt'));
        run('mount', dev, join(dir, 'mnt'));
        try {
          const mounted = discover('add', vg, dev, '--wipe');
          assert.equal([mounted.code, mounted.error.code], [83, 'device-in-use']);
          assert.match(mounted.error.message, `is mounted on ${join(dir, 'mnt')}`);
        } finally {
          run('umount', join(dir, 'mnt'));
        }
        assert.equal(discover('add', vg, dev, '--wipe').out.wiped, ['ext4 (filesystem)']);
        assert.is(run('wipefs', dev), '');
        discover('rm', vg, dev);
      }),
    ));

  test('a device that another program holds exclusively is not taken', () =>
    withLoop(32 * MIB, async (dev) => {
      const held = await openDevice(dev, { exclusive: true });
      try {
        const refused = discover('add', vg, dev);
        assert.equal([refused.code, refused.error.code], [83, 'device-in-use']);
      } finally {
        await held.close();
      }
    }));

  test('a partition table is named; with --wipe it goes, and its partitions with it', () =>
    withLoop(
      32 * MIB,
      (dev) => {
        writeFileSync(dev, dosTable(), { flag: 'r+' });
        run('blockdev', '--rereadpt', dev);
        const refused = discover('add', vg, dev);
        assert.match(refused.error.message, 'carries dos (partition-table)');
        const added = discover('add', vg, dev, '--wipe');
        assert.equal(added.code, 0, JSON.stringify(added.error));
        assert.ok(added.out.wiped.includes('dos (partition-table)'));
        assert.ok(!execFileSync('ls', ['/sys/class/block'], { encoding: 'utf8' }).includes(`${dev.slice(5)}p1`));
        discover('rm', vg, dev);
      },
      '--partscan',
    ));

  test('blocks of 4096 bytes, regions of the user, none', () =>
    withLoop(
      64 * MIB,
      (dev) => {
        const added = discover('add', vg, dev, '1M+4M', '32M+64K');
        assert.equal(added.out.layout.regions, [
          { start: 2048, length: 8192 },
          { start: 65536, length: 128 },
        ]);
        const device = Object.values(discover('find', vg).out.devices)[0] as { blockSize: number };
        assert.is(device.blockSize, 4096);
        discover('rm', vg, dev);
        assert.equal(discover('add', vg, dev, 'none').out.layout.regions, []);
        assert.equal(
          [discover('add', vg, dev, 'none', '1M+4M').code, discover('add', vg, dev, '1M').error.code],
          [64, 'bad-range'],
        );
        discover('rm', vg, dev);
      },
      '--sector-size',
      '4096',
    ));
}

/** One primary partition of type 83, sectors 2048 to 4095. */
function dosTable(): Buffer {
  const sector = Buffer.alloc(512);
  sector[450] = 0x83;
  sector.writeUInt32LE(2048, 454);
  sector.writeUInt32LE(2048, 458);
  sector[510] = 0x55;
  sector[511] = 0xaa;
  return sector;
}

test.run();
