import { execFileSync } from 'node:child_process';
import { type Lvm, lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, sh } from '#test/support/guest.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];

/**
 * One command of ours and the same of LVM2. `same` are steps after which the tables are compared as text.
 */
type Step = [ours: string, theirs: string];

/** What a layout is made by, step after step, from an empty group. */
const layouts: Record<string, Step[]> = {
  'linear on the device that was named': [
    ['create vg/a --size 8M /dev/ubdb', 'lvcreate -n a -L 8m vg /dev/ubdb'],
    ['create vg/b --size 3M /dev/ubdb', 'lvcreate -n b -L 3m vg /dev/ubdb'],
  ],
  'linear where it fits': [
    ['create vg/a --size 8M', 'lvcreate -n a -L 8m vg'],
    ['create vg/b --size 100M', 'lvcreate -n b -L 100m vg'],
    ['create vg/c --size 50M', 'lvcreate -n c -L 50m vg'],
  ],
  'linear over several devices': [
    ['create vg/a --size 300M', 'lvcreate -n a -L 300m vg'],
    ['create vg/b --size 10M', 'lvcreate -n b -L 10m vg'],
  ],
  'linear over named devices': [['create vg/a --size 200M /dev/ubdd /dev/ubdb', 'lvcreate -n a -L 200m vg /dev/ubdd /dev/ubdb']],
  'linear, extended': [
    ['create vg/a --size 8M', 'lvcreate -n a -L 8m vg'],
    ['extend vg/a --size +8M', 'lvextend -L +8m vg/a'],
    ['create vg/b --size 4M /dev/ubda', 'lvcreate -n b -L 4m vg /dev/ubda'],
    ['extend vg/a --size +8M', 'lvextend -L +8m vg/a'],
    ['extend vg/a --size +150M', 'lvextend -L +150m vg/a'],
  ],
  'striped over 2': [
    ['create vg/a --size 8M --stripes 2 --stripe-size 4K', 'lvcreate -n a -L 8m -i 2 -I 4k vg'],
    ['create vg/b --size 8M --stripes 2 --stripe-size 64K', 'lvcreate -n b -L 8m -i 2 -I 64k vg'],
    ['create vg/c --size 8M --stripes 2 --stripe-size 512K', 'lvcreate -n c -L 8m -i 2 -I 512k vg'],
    ['extend vg/a --size +8M', 'lvextend -L +8m vg/a'],
    ['extend vg/c --size +8M', 'lvextend -L +8m vg/c'],
  ],
  'striped over 4': [
    ['create vg/a --size 16M --stripes 4 --stripe-size 4K', 'lvcreate -n a -L 16m -i 4 -I 4k vg'],
    ['create vg/b --size 16M --stripes 4 --stripe-size 128K', 'lvcreate -n b -L 16m -i 4 -I 128k vg'],
    ['create vg/c --size 7M --stripes 4', 'lvcreate -n c -L 7m -i 4 vg'],
    ['extend vg/a --size +16M', 'lvextend -L +16m vg/a'],
  ],
  'in the holes that others left': [
    ['create vg/a --size 8M', 'lvcreate -n a -L 8m vg'],
    ['create vg/b --size 8M', 'lvcreate -n b -L 8m vg'],
    ['create vg/c --size 8M', 'lvcreate -n c -L 8m vg'],
    ['create vg/d --size 8M', 'lvcreate -n d -L 8m vg'],
    ['remove vg/b', 'lvremove vg/b'],
    ['create vg/e --size 4M', 'lvcreate -n e -L 4m vg'],
    ['remove vg/c', 'lvremove vg/c'],
    ['create vg/f --size 30M', 'lvcreate -n f -L 30m vg'],
    ['extend vg/a --size +3M', 'lvextend -L +3m vg/a'],
  ],
  'all that is free': [['create vg/a --extents 100%FREE', 'lvcreate -n a -l 100%FREE vg']],
  'all that is free, behind others': [
    ['create vg/a --size 20M /dev/ubdb', 'lvcreate -n a -L 20m vg /dev/ubdb'],
    ['create vg/b --size 30M --stripes 2', 'lvcreate -n b -L 30m -i 2 vg'],
    ['create vg/c --extents 100%FREE', 'lvcreate -n c -l 100%FREE vg'],
  ],
  'half of the group': [
    ['create vg/a --extents 50%VG', 'lvcreate -n a -l 50%VG vg'],
    ['create vg/b --extents 50%FREE', 'lvcreate -n b -l 50%FREE vg'],
  ],
  reduced: [
    ['create vg/a --size 200M', 'lvcreate -n a -L 200m vg'],
    ['reduce vg/a --size -100M', 'lvreduce -f -L -100m vg/a'],
    ['create vg/b --size 16M --stripes 2', 'lvcreate -n b -L 16m -i 2 vg'],
    ['reduce vg/b --size -8M', 'lvreduce -f -L -8m vg/b'],
  ],
};

type Seen = Record<string, string[]>;

/** Our tables after each step of each layout. The group is gone afterwards. */
async function ours(): Promise<Seen> {
  await dvm`create vg ${disks} --extent-size 1M`;
  const seen: Seen = {};
  for (const [name, steps] of Object.entries(layouts)) {
    seen[name] = [];
    for (const [command] of steps) {
      await dvm`${command.split(' ')}`;
      seen[name].push(tablesAsText());
    }
    await pipe`discover vg | tm update vg ${volumes().flatMap((v) => ['--', 'lv_remove', v])}`;
  }
  await dvm`remove vg`;
  return seen;
}

/**
 * LVM2's. Its PVs are made with their data where ours have it: from 5 MiB (1 MiB, and 4 MiB of metadata) to 1 MiB
 * before the end.
 */
function theirs({ environment }: Lvm): Seen {
  const lvm2 = (...words: string[]): string =>
    execFileSync('lvm', words, { env: { ...process.env, ...environment }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const place = ['--dataalignment', '5m', '--metadatasize', '1m', '--setphysicalvolumesize', '127m'];
  lvm2('pvcreate', '-y', ...place, ...disks);
  lvm2('vgcreate', '-s', '1m', 'vg', ...disks);
  const seen: Seen = {};
  for (const [name, steps] of Object.entries(layouts)) {
    seen[name] = steps.map(([, command]) => {
      const [verb = '', ...words] = command.split(' ');
      lvm2(verb, '-y', ...(verb === 'lvcreate' ? ['-Zn', '-Wn'] : []), ...words);
      return tablesAsText();
    });
    lvm2('lvremove', '-f', 'vg');
  }
  return seen;
}

function tablesAsText(): string {
  return `${sh`dmsetup table`}\n${sh`dmsetup status`}`.split('\n').sort().join('\n');
}

const volumes = (): string[] => devices().map((name) => name.slice('vg-'.length));

guestTests({ disks: ['128M', '128M', '128M', '128M'] }, () => {
  const test = suite('tables and status equal those of LVM2');
  const both = ours().then((mine) => ({ mine, yours: theirs(lvm(disks, '/tmp', 'lean')) }));
  for (const [name, steps] of Object.entries(layouts))
    test(name, async () => {
      const { mine, yours } = await both;
      steps.forEach(([command, theirCommand], i) => {
        assert.match(mine[name]?.[i] ?? '', /^vg-\w: 0 /m, command);
        assert.is(mine[name]?.[i], yours[name]?.[i], `${command} and ${theirCommand}`);
      });
    });
  test.run();
});
