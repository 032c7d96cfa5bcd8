import { execFileSync } from 'node:child_process';
import { lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, refusal, sh, tables } from '#test/support/guest.js';

/** `MAJOR:MINOR` of a device. */
const numberOf = (name: string): string => sh`dmsetup info -c --noheadings -o major,minor --separator : ${name}`.trim();
const minorOf = (name: string): number => Number(numberOf(name).split(':')[1]);
const read = (path: string): Buffer => execFileSync('dd', [`if=${path}`, 'bs=4k', 'count=1', 'status=none']);

/** The same volumes made by LVM2 on a disk of its own. */
function peerTables(): Record<string, string[]> {
  const { environment } = lvm(['/dev/ubdb'], '/tmp', 'lean');
  const run = (...words: string[]): string =>
    execFileSync('lvm', words, { env: { ...process.env, ...environment }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('vgcreate', '-y', '-s', '1m', 'peer', '/dev/ubdb');
  run('lvcreate', '-y', '--type', 'zero', '-L', '20m', '-n', 'z', '-Wn', '-Zn', 'peer');
  run('lvcreate', '-y', '--type', 'error', '-L', '20m', '-n', 'e', '-Wn', '-Zn', 'peer');
  run('lvcreate', '-y', '-L', '8m', '-n', 'm', '-Wn', '-Zn', '-My', '--minor', '77', 'peer');
  const found = tables();
  const number = numberOf('peer-m');
  run('vgchange', '-an', 'peer');
  return { z: found['peer-z'] ?? [], e: found['peer-e'] ?? [], number: [number] };
}

guestTests({ disks: ['96M', '96M'] }, () => {
  const test = suite('volumes that lie nowhere, numbered ones, read-only ones');

  test('zero gives zeros and drops writes, error fails; they grow', async () => {
    await dvm`create vg /dev/ubda --extent-size 1M`;
    await dvm`create vg/z --size 20M --type zero`;
    await dvm`create vg/e --size 20M --type error`;
    sh`dd if=/etc/passwd of=/dev/mapper/vg-z bs=4k count=1 oflag=direct conv=sync status=none`;
    assert.ok(read('/dev/mapper/vg-z').every((b) => b === 0));
    assert.throws(() => read('/dev/mapper/vg-e'), /Input\/output error/);
    await dvm`extend vg/z --size +4M`;
    assert.equal(tables()['vg-z'], ['0 49152 zero ']);
  });

  test('a device has the number that its volume has, again and again', async () => {
    await dvm`create vg/m --size 8M --minor 77`;
    await dvm`create vg/other --size 4M`;
    assert.is(minorOf('vg-m'), 77);
    await dvm`deactivate vg`;
    await dvm`activate vg`;
    assert.is(minorOf('vg-m'), 77);
    await dvm`set vg/other --minor 78`;
    assert.is.not(minorOf('vg-other'), 78, 'one that is active keeps its number');
    await dvm`deactivate vg/other`;
    await dvm`activate vg/other`;
    assert.is(minorOf('vg-other'), 78);
  });

  test('numbers that somebody has are refused', async () => {
    sh`dmsetup create stranger --major ${numberOf('vg-m').split(':')[0] ?? ''} --minor 300 --table ${'0 8 zero'}`;
    const e = await refusal(() => dvm`create vg/x --size 4M --minor 300`);
    assert.is(e.message, 'minor number 300 of "vg-x" belongs to device "stranger"');
    assert.is((await refusal(() => dvm`create vg/x --size 4M --minor 77`)).code, 'minor-taken');
    sh`dmsetup remove stranger`;
    await dvm`create vg/x --size 4M --minor 300`;
    assert.is(minorOf('vg-x'), 300);
  });

  test('the kernel refuses writes to a read-only volume, from when it is told to', async () => {
    await dvm`create vg/r --size 4M --read-only`;
    const write = (volume: string): string =>
      sh`dd if=/dev/zero of=/dev/mapper/vg-${volume} bs=4k count=1 oflag=direct status=none`;
    assert.throws(() => write('r'), /not permitted|Read-only/);
    assert.ok(read('/dev/mapper/vg-r').length > 0);
    await dvm`set vg/r --read-only off`;
    write('r');
    await dvm`set vg/m --read-only on`;
    assert.throws(() => write('m'), /not permitted|Read-only/);
    const { document } =
      await pipe`discover vg | tm read vg | report vg --show lv -o lv_name,lv_attr,lv_minor,lv_permissions --filter ${'lv_name = "m"'}`;
    assert.match(JSON.stringify(document), /-rim/);
  });

  test('groups and volumes that are kept down at boot stay down', async () => {
    await dvm`deactivate vg`;
    await dvm`set vg/m --autoactivate off`;
    await dvm`activate vg --auto`;
    assert.ok(!('vg-m' in tables()) && 'vg-z' in tables());
    await dvm`deactivate vg`;
    await dvm`set vg --autoactivate off`;
    await dvm`activate vg --auto`;
    assert.equal(tables(), {});
    await dvm`activate vg`;
    assert.ok('vg-m' in tables());
  });

  test('as LVM2 makes them', async () => {
    await dvm`reduce vg/z --size 20M --force`;
    const number = numberOf('vg-m');
    const mine = { z: tables()['vg-z'], e: tables()['vg-e'], number: [number] };
    await dvm`deactivate vg`;
    assert.equal(mine, peerTables());
  });

  test.run();
});
