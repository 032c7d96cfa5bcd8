import { mkdirSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { BadDisk, type How } from '#test/support/bad-disk.js';
import { assert, suite } from '#test/support/check.js';
import { type Document, devices, dvm, pipe, settings, sh, sha256, tables, unsettled } from '#test/support/guest.js';
import { killDmexec, type Point, sabotage } from '#test/support/saboteur.js';
import { DvmError, exitCodes } from '#tool/errors.js';

/**
 * Metadata devices that fail from one point of a transaction on: before the prepare, before and after phase 1 (both before the
 * commit), before phase 2, and before the mark is cleared. What holds then is in docs/promises.md.
 */
const [dir, mnt] = ['/tmp/bad', '/tmp/mnt'];

/** Which version counts once the disks work again, and how the update ended. */
interface End {
  version: 'old' | 'new';
  exits: (keyof typeof exitCodes | 'done')[];
}

const refused: End = { version: 'old', exits: ['io', 'pending'] };
const degraded: End = { version: 'new', exits: ['degraded'] };
const done: End = { version: 'new', exits: ['done'] };

const ends: [Point | 'before the prepare', some: End, all: End][] = [
  ['before the prepare', refused, refused],
  ['before-phase1', degraded, refused],
  ['after-phase1', degraded, refused],
  ['before-phase2', done, done],
  ['after-phase2', done, done],
];

async function state(): Promise<[string, number]> {
  const { document, exitCode } = await pipe`discover vg | tm verify vg`;
  return [document.state, exitCode];
}

async function volumes(): Promise<string[]> {
  const { document } = await pipe`discover vg | tm read vg`;
  return Object.values<Document>(document.metadata.lvs)
    .map((lv) => `vg-${lv.name}`)
    .sort();
}

/** How an update ended that makes one volume and lengthens a mounted one; `fault` happens at `point`. */
async function update(name: string, point: Point | 'before the prepare', fault: string): Promise<End['exits'][number]> {
  const mutators = ['lv_create', name, '--size', '64K', '--', 'lv_extend', 'keep', '--extents', '+1'];
  if (point === 'before the prepare') mutators.push('--', '/bin/bash', '-c', `{ ${fault}; } >&2; cat`);
  else settings.configPath = sabotage(dir, point, fault);
  try {
    const { exitCode } = await pipe`discover vg | tm update vg -- ${mutators}`;
    return exitCode === exitCodes.degraded ? 'degraded' : 'done';
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    return e.exit;
  } finally {
    settings.configPath = undefined;
  }
}

/** One version everywhere, the kernel has its tables and nothing else, and the file system works. */
async function checkWhole(wanted: string[], sum: string): Promise<void> {
  assert.equal(await state(), ['ok', 0]);
  assert.equal([await volumes(), unsettled()], [wanted, []]);
  assert.equal(
    devices().filter((d) => d.startsWith('vg-')),
    wanted,
  );
  const live = tables();
  await dvm`activate vg`;
  assert.equal(tables(), live);
  sh`dd if=/dev/zero of=${mnt}/more bs=4k count=4 conv=fsync status=none`;
  assert.is(sha256(`${mnt}/file`), sum);
}

guestTests({ loops: { count: 3, size: '32M' } }, () => {
  const test = suite('metadata devices that fail in each phase');
  const disks = ['a', 'b', 'c'].map((name, i) => new BadDisk(name, `/dev/loop${i}`));
  const now = (of: BadDisk[], how: How): void => {
    for (const d of of) d.now(how);
  };
  let sum = '';
  let wanted = ['vg-keep'];
  let made = 0;

  test('a group with a mounted volume', async () => {
    for (const d of [dir, mnt]) mkdirSync(d);
    await dvm`create vg ${disks.map((d) => d.path)} --extent-size 64K`;
    await dvm`create vg/keep --size 4M`;
    sh`mkfs.ext4 -q /dev/dvm/vg/keep`;
    sh`mount /dev/dvm/vg/keep ${mnt}`;
    sh`dd if=/dev/urandom of=${mnt}/file bs=64k count=16 conv=fsync status=none`;
    sum = sha256(`${mnt}/file`);
  });

  const kinds: [How, count: number][] = [
    ['unwritable', 1],
    ['unwritable', 2],
    ['unwritable', 3],
    ['unreadable', 1],
    ['unreadable', 3],
  ];
  for (const [point, some, all] of ends)
    for (const [how, count] of kinds) {
      const end = count === disks.length ? all : some;
      test(`${count} of ${disks.length} ${how} from ${point.replace('-', ' ')} on: ${end.version}, and recover makes it whole`, async () => {
        const bad = disks.slice(-count);
        const name = `v${made++}`;
        const exit = await update(name, point, bad.map((d) => d.command(how)).join('; '));
        assert.ok(end.exits.includes(exit), exit);
        assert.not.match(unsettled().join(), /Suspended/);
        now(bad, 'well');
        await dvm`recover vg`;
        if (end.version === 'new') wanted = [...wanted, `vg-${name}`].sort();
        await checkWhole(wanted, sum);
        assert.is((await dvm`recover vg`).changed, false);
      });
    }

  for (const count of [1, 3])
    test(`${count} of ${disks.length} fail while an interrupted change is recovered: said, and it can be repeated`, async () => {
      const bad = disks.slice(-count);
      const name = `v${made++}`;
      assert.is(await update(name, 'before-phase2', killDmexec), 'pending');
      now(bad, 'unwritable');
      const e = await dvm`recover vg`.then(
        () => new Error('it succeeded'),
        (error: Error) => error,
      );
      // the others are mended without it: 85; where none is left there is nothing to go on with
      if (e instanceof DvmError) assert.ok(['io', 'outOfSync'].includes(e.exit) && count === 3, JSON.stringify(e));
      else assert.match(e.message, /^exit 85: .*"degraded":\["/s);
      assert.match(`${e.message} ${JSON.stringify(e)}`, /\/dev\/mapper\/c/);
      now(bad, 'well');
      await dvm`recover vg`;
      wanted = [...wanted, `vg-${name}`].sort();
      await checkWhole(wanted, sum);
    });

  test.run();
});
