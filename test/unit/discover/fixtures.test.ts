import type { BlockDevice } from '#blockdev/sysfs.js';
import { addDevice } from '#discover/add.js';
import { findDevices } from '#discover/find.js';
import { type Label, packLabel } from '#discover/label.js';
import { writeLabel } from '#discover/label-copies.js';
import { listDevices } from '#discover/list.js';
import { removeDevice } from '#discover/remove.js';
import type { World } from '#discover/world.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { blockDevice as device, testWorld } from '#test/support/discover-world.js';
import { inTmp } from '#test/support/loop.js';
import { MemoryDisk } from '#test/support/memory-disk.js';
import type { DvmError } from '#tool/errors.js';

const groupId = 'g'.repeat(20);

function label(pv: string, size = 16384): Label {
  return { sequence: 1, size, group: { id: groupId, name: 'vg' }, pv: pv.repeat(20), regions: [{ start: 2048, length: 8192 }] };
}

/** A world of simulated disks, labelled where a label is given. */
async function simulated(dir: string, devices: { device: BlockDevice; label?: Label; bad?: boolean }[]) {
  const disks = devices.map((d) => new MemoryDisk(d.device.path ?? d.device.name, d.device.size * 512));
  for (const [i, d] of devices.entries()) if (d.label) await writeLabel(disks[i] as MemoryDisk, d.label);
  for (const [i, d] of devices.entries()) if (d.bad) disks[i]?.bad.push({ start: 0, length: d.device.size * 512 });
  const t = testWorld(dir, [], disks);
  const world: World = { ...t.world, devices: () => devices.map((d) => d.device) };
  return { ...t, world, disks };
}

const test = suite('discover on made-up devices');

test('what is passed over is told with its reason', () =>
  inTmp(async (dir) => {
    const { world } = await simulated(dir, [
      { device: device('sda') },
      { device: device('sdb', { path: undefined }) },
      { device: device('loop0', { size: 0 }) },
      { device: device('fd0', { dev: '2:0' }) },
      { device: device('sr0', { dev: '11:0' }) },
      { device: device('dm-1', { dm: { name: 'vg-a', uuid: `DVM-${groupId}-x` } }), label: label('n') },
      { device: device('sdx'), bad: true },
      { device: device('sdy') },
      { device: device('sdz', { size: 8 }) },
    ]);
    const list = await listDevices({ reject: ['/sdy$'] }, world);
    assert.equal(
      list.passed.map((p) => `${p.path} ${p.code}`),
      [
        'sdb no-node',
        '/dev/loop0 empty',
        '/dev/fd0 floppy',
        '/dev/sr0 cd',
        '/dev/dm-1 own-device',
        '/dev/sdy rejected',
        '/dev/sdx io-error',
        '/dev/sdz too-small',
      ],
    );
    assert.equal(
      list.unlabelled.map((u) => u.path),
      ['/dev/sda'],
    );
    assert.equal((await listDevices({ nested: true }, world)).groups.length, 1);
  }));

test('a multipath disk wins over its paths, through several layers', () =>
  inTmp(async (dir) => {
    const { world } = await simulated(dir, [
      {
        device: device('dm-0', { dm: { name: 'mpath', uuid: 'mpath-1' }, path: '/dev/mapper/mpath', holders: ['dm-9'] }),
        label: label('p'),
      },
      { device: device('md1', { holders: ['dm-0'] }), label: label('p') },
      { device: device('sda', { holders: ['md1'] }), label: label('p') },
      { device: device('sdb', { holders: ['dm-0'] }), label: label('p') },
    ]);
    const found = await findDevices('vg', {}, world);
    assert.equal(
      Object.values(found.devices).map((d) => d.path),
      ['/dev/mapper/mpath'],
    );
    assert.equal(found.problems, []);
    const passed = (await listDevices({}, world)).passed;
    assert.equal(
      passed.map((p) => p.code),
      ['component', 'component', 'component'],
    );
    assert.is(passed[0]?.reason, 'it is part of "/dev/mapper/mpath"');
  }));

test('legs of an array that is not running are no PVs', () =>
  inTmp(async (dir) => {
    const { world, signatures } = await simulated(dir, [
      { device: device('sda', { size: 16640 }), label: label('p') },
      { device: device('sdb', { size: 16640 }), label: label('p') },
    ]);
    for (const path of ['/dev/sda', '/dev/sdb']) signatures.set(path, ['linux_raid_member']);
    assert.equal((await listDevices({}, world)).groups, []);
    assert.match(
      (await listDevices({}, world)).passed[0]?.reason as string,
      'part of an array that is not running (linux_raid_member)',
    );
    assert.is((await thrown<DvmError>(() => findDevices('vg', {}, world))).code, 'no-group');
  }));

test('a PV in use wins over a newcomer with its id', () =>
  inTmp(async (dir) => {
    const devices = [
      { device: device('sda'), label: label('p') },
      { device: device('sdb', { holders: ['dm-3'] }), label: label('p') },
      { device: device('dm-3', { dm: { name: 'vg-a', uuid: `DVM-${groupId}-${'v'.repeat(20)}` } }) },
    ];
    const { world } = await simulated(dir, devices);
    const found = await findDevices('vg', {}, world);
    assert.equal(
      Object.values(found.devices).map((d) => d.path),
      ['/dev/sdb'],
    );
    assert.equal(
      found.problems.map((p) => [p.code, p.paths]),
      [['duplicate-ignored', ['/dev/sda']]],
    );
    const added = await thrown<DvmError>(() => addDevice({ group: 'vg', path: '/dev/sda' }, {}, world));
    assert.equal([added.code, added.exitCode], ['device-passed-over', 83]);
    const alien = await simulated(dir, devices.with(2, { device: device('dm-3', { dm: { name: 'x', uuid: 'LVM-1' } }) }));
    assert.is((await thrown<DvmError>(() => findDevices('vg', {}, alien.world))).code, 'duplicate-pv');
  }));

test('a partition at the end of its disk is a PV, its disk is not', () =>
  inTmp(async (dir) => {
    const disk = device('sda', { size: 32768, partitions: ['sda1'] });
    const { world, disks } = await simulated(dir, [
      { device: disk },
      { device: device('sda1', { parent: 'sda' }), label: label('p') },
    ]);
    packLabel(label('p'), 16384 - 8).copy(disks[0]?.content as Buffer, 32768 * 512 - 4096);
    assert.equal(
      Object.values((await findDevices('vg', {}, world)).devices).map((d) => d.path),
      ['/dev/sda1'],
    );
    assert.equal(
      (await listDevices({}, world)).unlabelled.map((u) => [u.path, u.carries]),
      [['/dev/sda', ['partitions sda1']]],
    );
  }));

test('a PV that somebody partitioned is told', () =>
  inTmp(async (dir) => {
    const { world } = await simulated(dir, [{ device: device('sda', { partitions: ['sda1'] }), label: label('p') }]);
    assert.equal(
      (await findDevices('vg', {}, world)).problems.map((p) => p.code),
      ['partitioned'],
    );
  }));

test('one unreadable copy, or an unreadable other disk, does not matter', () =>
  inTmp(async (dir) => {
    const { world, disks } = await simulated(dir, [
      { device: device('sda'), label: label('p') },
      { device: device('sdb'), label: label('q'), bad: true },
    ]);
    disks[0]?.bad.push({ start: 4096, length: 512 });
    const found = await findDevices('vg', {}, world);
    assert.equal(Object.keys(found.devices), ['p'.repeat(20)]);
    assert.match(found.problems[0]?.message as string, 'the first copy cannot be read');
  }));

test('read-only devices are found, said to be so, and not written', () =>
  inTmp(async (dir) => {
    const { world } = await simulated(dir, [
      { device: device('sda', { readOnly: true }), label: label('p') },
      { device: device('sdb', { readOnly: true }) },
    ]);
    assert.is(Object.values((await findDevices('vg', {}, world)).devices)[0]?.readOnly, true);
    for (const act of [
      () => addDevice({ group: 'vg', path: '/dev/sdb' }, {}, world),
      () => removeDevice({ group: 'vg', path: '/dev/sda', force: true }, {}, world),
    ]) {
      const e = await thrown<DvmError>(act);
      assert.equal([e.code, e.exitCode], ['read-only', 77]);
    }
  }));

test('a partitioned disk is refused; --wipe drops its partitions first', () =>
  inTmp(async (dir) => {
    const { world, log } = await simulated(dir, [
      { device: device('sda', { partitions: ['sda1'] }) },
      { device: device('sda1', { parent: 'sda' }) },
    ]);
    const e = await thrown<DvmError>(() => addDevice({ group: 'vg', path: '/dev/sda' }, {}, world));
    assert.equal([e.code, e.exitCode], ['device-partitioned', 83]);
    const added = await addDevice({ group: 'vg', path: '/dev/sda', wipe: true }, {}, world);
    assert.equal(added.wiped, ['partition sda1']);
    assert.equal(
      log.filter((l) => l.includes('/dev')),
      ['wipe /dev/sda', 'reread /dev/sda'],
    );
  }));

test.run();
