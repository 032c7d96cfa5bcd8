import { execFileSync } from 'node:child_process';
import { lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, sh } from '#test/support/guest.js';

/**
 * The same caches made by LVM2 on equal disks: tables and status compared as text. Known differences: LVM2 gives what caches a
 * name of its own (`fast_cpool_cdata`); where on its devices the cache lies, and how much of its metadata the kernel uses for
 * itself, are left out.
 */
const disks = ['/dev/ubda', '/dev/ubdb'];
const pool = 'lvcreate --type cache-pool -L 16m -n fast vg /dev/ubdb';
const attach = (mode: string) => `lvconvert --type cache --cachepool vg/fast --cachemode ${mode} --cachepolicy smq vg/a`;

/** Commands of ours and the same of LVM2, one after another. */
const steps: [ours: string[], theirs: string[]][] = [
  [
    ['create vg/a --size 24M /dev/ubda', 'cache vg/a --size 16M /dev/ubdb'],
    ['lvcreate -L 24m -n a vg /dev/ubda', pool, attach('writethrough')],
  ],
  [
    ['cache vg/a --mode writeback --setting migration_threshold=4096'],
    ['lvchange --cachemode writeback vg/a', 'lvchange --cachesettings migration_threshold=4096 vg/a'],
  ],
  [['cache vg/a --off'], ['lvconvert --uncache vg/a']],
  [['cache vg/a --size 16M /dev/ubdb --mode writeback --chunk-size 128K'], [`${pool} -c 128k`, attach('writeback')]],
];

/** Devices by what they are called, numbers replaced by names. */
function seen(): string {
  const names = new Map(
    [...sh`dmsetup ls`.matchAll(/^(\S+)\s+\(?(\d+)[:, ]+(\d+)\)?$/gm)].map((m) => [`${m[2]}:${m[3]}`, m[1] ?? '']),
  );
  const status = sh`dmsetup status`.replace(/(cache 8) \d+\/(\d+)( \d+ \d+\/\d+) \d+ \d+ \d+ \d+ \d+ \d+ \d+/g, '$1 USED/$2$3');
  const text = `${sh`dmsetup table`}\n${status}`
    .replace(/\b\d+:\d+\b/g, (dev) => names.get(dev) ?? dev)
    .replace(/fast(_cpool)?_/g, 'a_')
    .replace(/^(\S*_c(?:data|meta): .* 98:16) \d+$/gm, '$1 AT');
  return text.split('\n').filter((l) => l !== '').sort().join('\n'); // biome-ignore format: one line
}

async function ours(): Promise<string[]> {
  await dvm`create vg ${disks} --extent-size 1M`;
  const out: string[] = [];
  for (const [commands] of steps) {
    for (const command of commands) await dvm`${command.split(' ')}`;
    out.push(seen());
  }
  await dvm`remove vg/a`;
  await dvm`remove vg`;
  return out;
}

function theirs(): string[] {
  const { environment } = lvm(disks, '/tmp', 'lean');
  const run = (...words: string[]): string =>
    execFileSync('lvm', words, { env: { ...process.env, ...environment }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('pvcreate', '-y', '--dataalignment', '5m', '--metadatasize', '1m', '--setphysicalvolumesize', '63m', ...disks);
  run('vgcreate', '-s', '1m', 'vg', ...disks);
  return steps.map(([, commands]) => {
    for (const command of commands) {
      const [verb = '', ...words] = command.split(' ');
      run(verb, '-y', ...(verb === 'lvcreate' && !words.includes('cache-pool') ? ['-Wn'] : []), ...words);
    }
    return seen();
  });
}

guestTests({ disks: ['64M', '64M'] }, () => {
  const test = suite('caches equal those of LVM2');
  const both = ours().then((mine) => ({ mine, yours: theirs() }));
  for (const [i, [commands]] of steps.entries())
    test(commands.join(', '), async () => {
      const { mine, yours } = await both;
      assert.match(mine[i] ?? '', /vg-a/);
      assert.is(mine[i], yours[i]);
    });
  test.run();
});
