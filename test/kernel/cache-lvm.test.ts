import { sh } from '#test/support/guest.js';
import { compareWithLvm } from '#test/support/lvm-steps.js';

/**
 * The same caches made by LVM2 on equal disks: tables and status compared as text. Known differences: LVM2 gives what caches a
 * name of its own (`fast_cpool_cdata`); where on its devices the cache lies, and how much of its metadata the kernel uses for
 * itself, are left out.
 */
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

compareWithLvm({
  name: 'caches equal those of LVM2',
  size: 64,
  steps,
  seen,
  shows: /vg-a/,
  volumes: ['a'],
  keepsSignatures: (words) => !words.includes('cache-pool'),
});
