import { execFileSync } from 'node:child_process';
import { lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, sh } from '#test/support/guest.js';

/**
 * The same thin volumes made by LVM2 on equal disks: tables and status compared as text. Known differences: a pool without
 * volumes is already `-tpool` here, where LVM2 has no layer until the first volume; what a pool uses of its metadata for itself
 * is left out.
 */
const disks = ['/dev/ubda', '/dev/ubdb'];

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

async function ours(): Promise<string[]> {
  await dvm`create vg ${disks} --extent-size 1M`;
  const out: string[] = [];
  for (const [commands] of steps) {
    for (const command of commands) await dvm`${command.split(' ')}`;
    out.push(seen());
  }
  for (const volume of ['pool', 'base']) await dvm`remove ${`vg/${volume}`}`;
  await dvm`remove vg`;
  return out;
}

function theirs(): string[] {
  const { environment } = lvm(disks, '/tmp', 'lean');
  const run = (...words: string[]): string =>
    execFileSync('lvm', words, { env: { ...process.env, ...environment }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('pvcreate', '-y', '--dataalignment', '5m', '--metadatasize', '1m', '--setphysicalvolumesize', '127m', ...disks);
  run('vgcreate', '-s', '1m', 'vg', ...disks);
  return steps.map(([, commands]) => {
    for (const command of commands) {
      const [verb = '', ...words] = command.split(' ');
      run(verb, '-y', ...(verb === 'lvcreate' && !words.includes('-s') ? ['-Wn'] : []), ...words);
    }
    return seen();
  });
}

guestTests({ disks: ['128M', '128M'] }, () => {
  const test = suite('thin volumes equal those of LVM2');
  const both = ours().then((mine) => ({ mine, yours: theirs() }));
  for (const [i, [commands]] of steps.entries())
    test(commands.join(', '), async () => {
      const { mine, yours } = await both;
      assert.match(mine[i] ?? '', /thin-pool/);
      assert.is(mine[i], yours[i]);
    });
  test.run();
});
