import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh } from '#test/support/guest.js';

/** Names, and what libdevmapper makes of them in a device's name. */
const names: Record<string, string> = {
  plain: 'plain',
  'a--b': 'a----b',
  'a-': 'a--',
  'a.b+c': 'a.b+c',
  a_b: 'a_b',
  '0': '0',
  '#:=@': '#:=@',
  'x y': 'x\\x20y',
  ü: '\\xc3\\xbc',
  日本: '\\xe6\\x97\\xa5\\xe6\\x9c\\xac',
  'back\\slash': 'back\\x5cslash',
  '$HOME `id` * "q" \'s\' %s': `\\x24HOME\\x20\\x60id\\x60\\x20\\x2a\\x20\\x22q\\x22\\x20\\x27s\\x27\\x20\\x25s`,
};
const group = 'my-vg';
const mnt = '/tmp/mnt';

/** As the kernel has them; dmsetup would decode them. */
const kernelNames = (): string[] =>
  readdirSync('/sys/block')
    .filter((d) => d.startsWith('dm-'))
    .map((d) => sh`cat /sys/block/${d}/dm/name`.trim())
    .sort();

guestTests({ disks: ['64M', '64M'] }, () => {
  const test = suite('odd names');
  mkdirSync(mnt);
  const all = Object.keys(names);

  test('names of devices are those of libdevmapper; links have the plain name', async () => {
    await dvm`create ${group} /dev/ubda --extent-size 1M`;
    await pipe`discover ${group} | tm update ${group} ${all.flatMap((n) => ['--', 'lv_create', n, '--size', '2M'])}`;
    assert.equal(
      kernelNames(),
      Object.values(names)
        .map((n) => `my--vg-${n}`)
        .sort(),
    );
    const mangled = sh`dmsetup info -c --noheadings -o mangled_name`.trim().split('\n').sort();
    assert.equal(mangled, kernelNames(), 'dmsetup finds nothing to encode');
    assert.equal(readdirSync(`/dev/dvm/${group}`).sort(), [...all].sort());
    for (const [name, encoded] of Object.entries(names)) {
      assert.is(readlinkSync(`/dev/dvm/${group}/${name}`), `../../mapper/my--vg-${encoded}`);
      assert.ok(statSync(`/dev/${group}/${name}`).isBlockDevice(), name);
    }
  });

  test('mounted by their links, extended, renamed, taken down and up again', async () => {
    for (const name of ['a--b', 'x y', 'ü', '$HOME `id` * "q" \'s\' %s']) {
      const link = `/dev/dvm/${group}/${name}`;
      sh`mkfs.ext4 -q ${link}`;
      sh`mount ${link} ${mnt}`;
      await dvm`extend ${`${group}/${name}`} --size +1M`;
      sh`umount ${mnt}`;
    }
    await dvm`rename ${`${group}/x y`} ${'y  x'}`;
    assert.ok(existsSync(`/dev/dvm/${group}/y  x`) && !existsSync(`/dev/dvm/${group}/x y`));
    await dvm`deactivate ${group}`;
    assert.not.ok(existsSync(`/dev/dvm/${group}`));
    await dvm`activate ${group}`;
    sh`e2fsck -fn ${`/dev/dvm/${group}/y  x`}`;
    const report =
      await pipe`discover ${group} | tm read ${group} | report ${group} --show lv --format json -o lv_name,lv_active,lv_dm_path`;
    const rows = JSON.parse(report.document.text).lv as { lv_name: string; lv_active: boolean; lv_dm_path: string }[];
    assert.equal(rows.map((r) => r.lv_name).sort(), all.map((n) => (n === 'x y' ? 'y  x' : n)).sort());
    for (const row of rows) assert.ok(row.lv_active && statSync(row.lv_dm_path).isBlockDevice(), row.lv_name);
  });

  test('what cannot be a name is refused', async () => {
    for (const name of [
      '.',
      '..',
      'x_tdata',
      'x_rimage_0',
      'a\nb',
      '\u007f',
      'a\u2028',
      'x'.repeat(128),
      'ü'.repeat(40),
      'a\\x20',
    ])
      assert.is(
        (await refusal(() => pipe`discover ${group} | tm update ${group} -- lv_create ${name} --size 1M`)).exit,
        'usage',
        name,
      );
    assert.is(
      (await refusal(() => pipe`discover ${group} | tm update ${group} -- lv_create ${'y'.repeat(125)} --size 1M`)).exit,
      'usage',
    );
    for (const name of ['..', 'a/b', '']) assert.is((await refusal(() => pipe`discover add ${name} /dev/ubdb`)).exit, 'usage');
    const long = await refusal(() => pipe`discover ${group} | tm rename ${group} ${'g'.repeat(120)}`);
    assert.match(long.message, /with group name "g+", longer than 127 bytes/);
    assert.is(devices().length, all.length);
  });

  test('as LVM2 names them, where it allows the name', async () => {
    const ours = kernelNames();
    await pipe`discover ${group} | tm update ${group} ${all.flatMap((n) => ['--', 'lv_remove', n === 'x y' ? 'y  x' : n])}`;
    await dvm`remove ${group}`;
    assert.equal(devices(), []);
    const { environment } = lvm(['/dev/ubda'], '/tmp', 'lean');
    const lvm2 = (...words: string[]) =>
      execFileSync('lvm', words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
    lvm2('vgcreate', '-y', group, '/dev/ubda');
    for (const name of all.filter((n) => /^[\w+.-]+$/.test(n)))
      lvm2('lvcreate', '-y', '-Zn', '-Wn', '-n', name, '-l', '1', group);
    const theirs = kernelNames();
    assert.ok(theirs.length >= 5);
    for (const name of theirs) assert.ok(ours.includes(name), name);
    lvm2('vgremove', '-f', group);
    sh`wipefs -aq /dev/ubda`;
  });

  test('groups named like directories in /dev take nothing away', async () => {
    for (const name of ['mapper', 'dvm', 'shm']) {
      const there = readdirSync(`/dev/${name === 'dvm' ? '' : name}`).sort();
      await dvm`create ${name} /dev/ubda --extent-size 1M`;
      await dvm`create ${name}/v --size 1M`;
      assert.ok(statSync(`/dev/dvm/${name}/v`).isBlockDevice());
      await dvm`remove ${name}/v`;
      await dvm`remove ${name}`;
      assert.equal(
        readdirSync(`/dev/${name === 'dvm' ? '' : name}`)
          .filter((e) => e !== 'dvm')
          .sort(),
        there.filter((e) => e !== 'dvm'),
      );
    }
  });

  test.run();
});
