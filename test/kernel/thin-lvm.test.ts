import { sh } from '#test/support/guest.js';
import { compareWithLvm } from '#test/support/lvm-steps.js';

/**
 * The same thin volumes made by LVM2 on equal disks: tables and status compared as text. Known differences: a pool without
 * volumes is already `-tpool` here, where LVM2 has no layer until the first volume; what a pool uses of its metadata for itself
 * is left out.
 */

/** One command of ours and the same of LVM2; then tables and status are looked at. */
const steps: [ours: string[], theirs: string[]][] = [
  [
    ['thin-pool vg/pool --size 40M', 'thin vg/t1 --pool pool --virtual-size 20M'],
    ['lvcreate -T -L 40m -n pool vg', 'lvcreate -T -V 20m -n t1 vg/pool'],
  ],
  [['snapshot vg/t1 s1'], ['lvcreate -s -n s1 -ky vg/t1', 'lvchange -ay -K vg/s1']],
  [['extend vg/pool --size +20M'], ['lvextend -L +20m vg/pool']],
  [['extend vg/pool --metadata-size +2M'], ['lvextend --poolmetadatasize +2m vg/pool']],
  [['extend vg/t1 --size +5M'], ['lvextend -L +5m vg/t1']],
  [['remove vg/s1'], ['lvremove vg/s1']],
  [
    ['create vg/base --size 8M', 'set vg/base --read-only on', 'thin vg/top --pool pool --external-origin base'],
    ['lvcreate -L 8m -n base vg', 'lvchange -pr vg/base', 'lvchange -an vg/base', 'lvcreate -s --thinpool vg/pool -n top -ky vg/base', 'lvchange -ay vg/base', 'lvchange -ay -K vg/top'], // biome-ignore format: one line
  ],
  [
    ['remove vg/top', 'remove vg/t1'],
    ['lvremove vg/top', 'lvremove vg/t1'],
  ],
];

/** Devices by what they are called, numbers replaced by names; without the lines of a pool's own overhead. */
function seen(): string {
  const numbers = new Map(
    sh`dmsetup info -c --noheadings -o major,minor,name --separator :`
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.split(':').slice(0, 2).join(':'), line.split(':')[2] ?? '']),
  );
  const named = (text: string): string => text.replace(/\b\d+:\d+\b/g, (dev) => numbers.get(dev) ?? dev);
  const status = sh`dmsetup status`.replace(/(thin-pool \d+) \d+\//g, '$1 USED/');
  return named(`${sh`dmsetup table`}\n${status}`).split('\n').filter((l) => l !== '').sort().join('\n'); // biome-ignore format: one line
}

compareWithLvm({
  name: 'thin volumes equal those of LVM2',
  size: 128,
  steps,
  seen,
  shows: /thin-pool/,
  volumes: ['pool', 'base'],
  keepsSignatures: (words) => !words.includes('-s'),
});
