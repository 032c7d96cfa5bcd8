import { closeSync, mkdirSync, openSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { BadDisk } from '#test/support/bad-disk.js';
import { assert, suite } from '#test/support/check.js';
import { type Document, devices, dvm, pipe, refusal, settings, sh, tables, tm, unsettled } from '#test/support/guest.js';
import { sabotage } from '#test/support/saboteur.js';

const [dir, mnt] = ['/tmp/bad', '/tmp/mnt'];

async function group(): Promise<Document> {
  return (await pipe`discover vg | tm read vg`).document;
}

async function state(): Promise<[string, number]> {
  const { document, exitCode } = await pipe`discover vg | tm verify vg`;
  return [document.state, exitCode];
}

guestTests({ loops: { count: 8, size: '32M' } }, () => {
  const test = suite('bad disks');
  for (const d of [dir, mnt]) mkdirSync(d);
  const [a, b, c] = [new BadDisk('a', '/dev/loop0'), new BadDisk('b', '/dev/loop1'), new BadDisk('c', '/dev/loop2')];
  const all = [a, b, c];
  const ours = (): string[] => devices().filter((d) => d.startsWith('vg-'));

  test('a group of disks that can fail', async () => {
    await dvm`create vg ${all.map((d) => d.path)} --extent-size 1M`;
    await dvm`create vg/data --size 4M ${a.path}`;
    assert.equal(await state(), ['ok', 0]);
  });

  test('too small, read-only, no disk at all', async () => {
    sh`truncate -s 4M ${dir}/small`;
    const small = sh`losetup -f --show ${dir}/small`.trim();
    const tooSmall = await refusal(() => dvm`create other ${small}`);
    assert.equal([tooSmall.code, tooSmall.exit], ['device-too-small', 'noSpace']);
    sh`blockdev --setro /dev/loop4`;
    const readOnly = sh`losetup -r -f --show ${dir}/small`.trim();
    for (const device of ['/dev/loop4', readOnly]) {
      const e = await refusal(() => dvm`create other ${device}`);
      assert.is(e.exit, 'permission');
      assert.match(e.message, /read-only/);
    }
    assert.is((await refusal(() => dvm`create other /dev/nothing`)).exit, 'notFound');
    sh`losetup -d ${small} ${readOnly}`;
    assert.equal((await dvm`list`).groups.length, 1);
  });

  test('one that went away, or became another, between discover and tm', async () => {
    await dvm`extend vg /dev/loop3`;
    const before = await group();
    const found = (await pipe`discover vg`).document;
    const file = sh`losetup -n -O BACK-FILE /dev/loop3`.trim().replace(/ \(deleted\)$/, '');
    sh`cp ${file} ${dir}/copy`;
    sh`losetup -d /dev/loop3`;
    const gone = await refusal(() => tm(found, 'update', 'vg', '--', 'lv_create', 'x', '--size', '1M'));
    assert.ok(['outOfSync', 'io'].includes(gone.exit), JSON.stringify(gone));
    assert.match(gone.message, /\/dev\/loop3/);
    const missing = await refusal(() => dvm`create vg/x --size 1M`);
    assert.equal([missing.code, missing.exit], ['missing-devices', 'outOfSync']);
    assert.match(JSON.stringify(missing.details), /\/dev\/loop3/);
    sh`truncate -s 32M ${dir}/blank`;
    sh`losetup /dev/loop3 ${dir}/blank`;
    const blank = await refusal(() => tm(found, 'update', 'vg', '--', 'lv_create', 'x', '--size', '1M'));
    assert.equal([blank.code, blank.exit], ['stale-devices', 'outOfSync']);
    sh`losetup -d /dev/loop3`;
    sh`losetup /dev/loop3 ${dir}/copy`;
    assert.equal(await group(), before);
    assert.equal(await state(), ['ok', 0]);
    assert.equal(ours(), ['vg-data']);
    await dvm`reduce vg /dev/loop3`;
  });

  test('one that became read-only: no update, but it can be read', async () => {
    await dvm`extend vg /dev/loop3`;
    const before = await group();
    sh`blockdev --setro /dev/loop3`;
    const e = await refusal(() => dvm`create vg/x --size 1M`);
    assert.equal([e.code, e.exit], ['region-unreadable', 'outOfSync']);
    assert.match(e.message, /"\/dev\/loop3:2048\+8192".*: device "\/dev\/loop3" .*read-only/);
    sh`blockdev --setrw /dev/loop3`;
    assert.equal(await group(), before);
    assert.equal([await state(), ours()], [['ok', 0], ['vg-data']]);
    await dvm`reduce vg /dev/loop3`;
  });

  test('a region that cannot be read: described, refused to updates, mended when it can be again', async () => {
    b.now('unreadable');
    const { document, exitCode } = await pipe`discover vg | tm verify vg`;
    assert.equal([document.state, exitCode], ['out-of-sync', 84]);
    const bad = document.regions.find((r: Document) => r.region.startsWith('/dev/mapper/b'));
    assert.equal([bad.state, bad.standing], ['unreadable', 'unusable']);
    assert.match(bad.error, /EIO|I\/O/i);
    const e = await refusal(() => dvm`create vg/x --size 1M`);
    assert.equal([e.code, e.exit], ['region-unreadable', 'outOfSync']);
    assert.is((await pipe`discover vg | tm read vg --degraded`).document.kind, 'group');
    await pipe`discover vg | tm activate vg --degraded -- --all`;
    b.now('well');
    assert.equal(await state(), ['ok', 0]);
    assert.equal(ours(), ['vg-data']);
  });

  test('a region that cannot be written: the update fails before the commit, and nothing has changed', async () => {
    const before = await group();
    const live = tables();
    b.now('unwritable');
    const e = await refusal(() => dvm`create vg/x --size 1M`);
    assert.is(e.exit, 'io', JSON.stringify(e));
    assert.match(JSON.stringify(e), /\/dev\/mapper\/b/);
    b.now('well');
    assert.equal(await group(), before);
    assert.equal(await state(), ['ok', 0]);
    assert.equal(tables(), live);
  });

  test('all regions unwritable: the same', async () => {
    const before = await group();
    for (const d of all) d.now('unwritable');
    assert.is((await refusal(() => dvm`create vg/x --size 1M`)).exit, 'io');
    for (const d of all) d.now('well');
    assert.equal([await group(), await state(), ours()], [before, ['ok', 0], ['vg-data']]);
  });

  test('one fails in the commit: committed, degraded, and recover mends it', async () => {
    settings.configPath = sabotage(dir, 'after-phase1', c.command('unwritable'));
    const { document, exitCode } = await pipe`discover vg | tm update vg -- lv_create late --size 1M`;
    settings.configPath = undefined;
    assert.is(exitCode, 85);
    assert.is(document.degraded.length, 1);
    assert.equal(ours(), ['vg-data', 'vg-late']);
    assert.is((await state())[1], 86);
    const e = await refusal(() => dvm`recover vg`);
    assert.is(e.exit, 'io', JSON.stringify(e));
    c.now('well');
    await dvm`recover vg`;
    assert.equal(await state(), ['ok', 0]);
    assert.equal(
      Object.values<Document>((await group()).metadata.lvs)
        .map((l) => l.name)
        .sort(),
      ['data', 'late'],
    );
    await dvm`remove vg/late`;
  });

  test('all fail in the commit: said, and recover makes it whole', async () => {
    settings.configPath = sabotage(dir, 'after-phase1', all.map((d) => d.command('unwritable')).join('; '));
    const e = await refusal(() => pipe`discover vg | tm update vg -- lv_create never --size 1M`);
    settings.configPath = undefined;
    assert.ok(['pending', 'io'].includes(e.exit), JSON.stringify(e));
    for (const d of all) d.now('well');
    await dvm`recover vg`;
    assert.equal(await state(), ['ok', 0]);
    assert.equal(ours(), ['vg-data']);
    assert.equal(unsettled(), []);
  });

  test('a volume in use is not removed, and who uses it is named', async () => {
    sh`mkfs.ext4 -q /dev/dvm/vg/data`;
    sh`mount /dev/dvm/vg/data ${mnt}`;
    const mounted = await refusal(() => dvm`remove vg/data`);
    assert.equal([mounted.code, mounted.exit], ['device-in-use', 'inUse']);
    assert.match(JSON.stringify(mounted), /\/tmp\/mnt/);
    sh`umount ${mnt}`;
    const loop = sh`losetup -f --show /dev/dvm/vg/data`.trim();
    const held = await refusal(() => dvm`remove vg/data`);
    assert.equal([held.exit, held.message], ['inUse', `device "vg-data" is in use: open count 1: behind ${loop}`]);
    sh`losetup -d ${loop}`;
    const fd = openSync('/dev/dvm/vg/data', 'r');
    const open = await refusal(() => dvm`remove vg/data`);
    assert.match(open.message, new RegExp(`^device "vg-data" is in use: open count 1: open in ".+" \\(${process.pid}\\)$`));
    closeSync(fd);
    await dvm`remove vg/data`;
    await dvm`remove vg`;
    assert.equal(devices(), ['a', 'b', 'c']);
  });

  test.run();
});
