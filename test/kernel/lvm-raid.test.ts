import { execFileSync } from 'node:child_process';
import { type Lvm, lvm } from '#test/bench/lvm.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, pipe, sh } from '#test/support/guest.js';
import { synced } from '#test/support/raid.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd', '/dev/ubde'];

/**
 * Commands of ours and the same of LVM2, one after another; the volume is `a`. Known differences: where checksums lie and how large
 * their journal is, which LVM2 leaves to the kernel.
 */
type Step = [ours: string, theirs: string];

const layouts: Record<string, Step[]> = {
  raid0: [['create vg/a --size 12M --type raid0 --stripes 3', 'lvcreate -n a -L 12m --type raid0 -i 3 vg']],
  raid1: [
    ['create vg/a --size 8M --type raid1', 'lvcreate -n a -L 8m --type raid1 -m 1 vg'],
    ['extend vg/a --size +4M', 'lvextend -L +4m vg/a'],
  ],
  'raid1 of three on named devices': [
    [
      'create vg/a --size 8M --type raid1 --mirrors 2 --region-size 1M /dev/ubdd /dev/ubdb /dev/ubdc',
      'lvcreate -n a -L 8m --type raid1 -m 2 -R 1m vg /dev/ubdd /dev/ubdb /dev/ubdc',
    ],
  ],
  raid4: [['create vg/a --size 12M --type raid4 --stripes 3', 'lvcreate -n a -L 12m --type raid4 -i 3 vg']],
  raid5: [
    ['create vg/a --size 8M --type raid5 --stripe-size 32K', 'lvcreate -n a -L 8m --type raid5 -i 2 -I 32k vg'],
    ['extend vg/a --size +4M', 'lvextend -L +4m vg/a'],
  ],
  raid6: [['create vg/a --size 12M --type raid6', 'lvcreate -n a -L 12m --type raid6 -i 3 vg']],
  raid10: [['create vg/a --size 8M --type raid10', 'lvcreate -n a -L 8m --type raid10 -i 2 -m 1 vg']],
  'a mirror': [['create vg/a --size 8M --type mirror', 'lvcreate -n a -L 8m --type mirror -m 1 vg']],
  'a mirror of three, its log in memory': [
    [
      'create vg/a --size 8M --type mirror --mirrors 2 --mirror-log core',
      'lvcreate -n a -L 8m --type mirror -m 2 --mirrorlog core vg',
    ],
  ],
  'linear made a mirror': [
    ['create vg/a --size 8M /dev/ubda', 'lvcreate -n a -L 8m vg /dev/ubda'],
    ['convert vg/a --type mirror', 'lvconvert --type mirror -m 1 vg/a'],
  ],
  'a mirror taken apart': [
    ['create vg/a --size 8M --type mirror', 'lvcreate -n a -L 8m --type mirror -m 1 vg'],
    ['convert vg/a --type linear', 'lvconvert --type linear vg/a'],
  ],
  'raid1 with checksums': [
    ['create vg/a --size 8M --type raid1', 'lvcreate -n a -L 8m --type raid1 -m 1 vg'],
    ['integrity vg/a', 'lvconvert --raidintegrity y vg/a'],
  ],
  'linear made raid1': [
    ['create vg/a --size 8M /dev/ubda', 'lvcreate -n a -L 8m vg /dev/ubda'],
    ['convert vg/a --type raid1', 'lvconvert --type raid1 -m 1 vg/a'],
  ],
};

/** Tables with names for numbers, and what the raid reports once it is at rest. */
interface Seen {
  tables: string;
  status: string;
}

function look(): Seen {
  settled();
  const names = new Map(
    [...sh`dmsetup ls`.matchAll(/^(\S+)\s+\(?(\d+)[:, ]+(\d+)\)?$/gm)].map((m) => [`${m[2]}:${m[3]}`, m[1] ?? '']),
  );
  const named = (text: string): string => {
    const lines = text.split('\n').filter((line) => !line.includes('_imeta: '));
    return lines.map((line) => line.replace(/\d+:\d+/g, (dev) => names.get(dev) ?? dev)).sort().join('\n'); // biome-ignore format: one line
  };
  // LVM2 leaves the kernel's order to build an image in the table until the volume is activated anew
  const live = sh`dmsetup table`
    .replace('raid1 5 0 rebuild 1 ', 'raid1 3 0 ')
    .replace(/journal_sectors:\d+/g, 'journal_sectors:N');
  return { tables: named(live), status: named(sh`dmsetup status`) };
}

/** Until the kernel has nothing more to copy or compute. */
function settled(): void {
  const status = sh`dmsetup status`;
  if (/^vg-a: .* raid raid[1-9]/m.test(status)) synced('vg-a');
  for (let i = 0; i < 600; i++) if (!isAtWork(sh`dmsetup status`)) return;
}

function isAtWork(status: string): boolean {
  const mirrored = [...status.matchAll(/ mirror .* (\d+)\/(\d+) 1 A+ /g)].some((m) => m[1] !== m[2]);
  return mirrored || [...status.matchAll(/ integrity \d+ (\d+) (\d+)$/gm)].some((m) => m[1] !== m[2]);
}

async function ours(steps: Step[]): Promise<Seen> {
  for (const [command] of steps) await dvm`${command.split(' ')}`;
  const seen = look();
  await pipe`discover vg | tm update vg -- lv_remove a`;
  return seen;
}

function theirs({ environment }: Lvm) {
  const lvm2 = (...words: string[]): string =>
    execFileSync('lvm', words, { env: { ...process.env, ...environment }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  lvm2('pvcreate', '-y', '--dataalignment', '5m', '--metadatasize', '1m', '--setphysicalvolumesize', '63m', ...disks);
  lvm2('vgcreate', '-s', '1m', 'vg', ...disks);
  return (steps: Step[]): Seen => {
    for (const [, command] of steps) {
      const [verb = '', ...words] = command.split(' ');
      lvm2(verb, '-y', ...(verb === 'lvcreate' ? ['-Zn', '-Wn'] : []), ...words);
    }
    const seen = look();
    lvm2('lvremove', '-f', 'vg');
    return seen;
  };
}

guestTests({ disks: ['64M', '64M', '64M', '64M', '64M'] }, () => {
  const test = suite('raid and mirrors: tables and status equal those of LVM2');
  const mine = (async () => {
    const seen: Record<string, Seen> = {};
    await dvm`create vg ${disks} --extent-size 1M`;
    for (const [name, steps] of Object.entries(layouts)) seen[name] = await ours(steps);
    await dvm`remove vg`;
    return { seen, run: theirs(lvm(disks, '/tmp', 'lean')) };
  })();
  for (const [name, steps] of Object.entries(layouts))
    test(name, async () => {
      const { seen, run } = await mine;
      const yours = run(steps);
      assert.match(seen[name]?.tables ?? '', /^vg-a: 0 \d+ /m);
      assert.is(seen[name]?.tables, yours.tables);
      assert.is(seen[name]?.status, yours.status);
    });
  test.run();
});
