import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dvm, sh, sha256, unsettled } from '#test/support/guest.js';
import { linesOf } from '#test/support/power-cut/events.js';

/** A snapshot of a file system at work is what a power cut would have left: it mounts, is whole, and has every file that was durable. */

/** Files, each made durable, then told: `PATH SUM`. Arguments: mount point, where to tell. */
const writer = `
  for ((i = 0; ; i++)); do
    [ -e $2.end ] && exit
    dd if=/dev/urandom of=$1/file-$i bs=4k count=$((RANDOM % 24 + 1)) conv=fsync status=none
    sync -f $1
    read -r sum rest < <(sha256sum $1/file-$i)
    echo "$1/file-$i $sum" >> $2
    dd if=/dev/zero of=$1/unsynced-$((i % 5)) bs=4k count=$((RANDOM % 40 + 1)) status=none
  done`;

interface Kind {
  name: string;
  mkfs: string;
  /** What it is mounted with beside its origin. */
  options: string;
  check: string;
  make: string;
  snapshot: string;
}

const ext4 = { mkfs: 'mkfs.ext4 -q', options: 'rw', check: 'e2fsck -fn' };
const xfs = { mkfs: 'mkfs.xfs -q', options: 'rw,nouuid', check: 'xfs_repair -n' };
const thick = { make: 'create vg/v --size 320M', snapshot: '--size 120M' };
const thin = { make: 'thin vg/v --pool pool --virtual-size 320M', snapshot: '' };
const kinds: Kind[] = [
  { name: 'ext4, thick', ...ext4, ...thick },
  { name: 'xfs, thick', ...xfs, ...thick },
  { name: 'ext4, thin', ...ext4, ...thin },
  { name: 'xfs, thin', ...xfs, ...thin },
];

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');
const rounds = 2;

guestTests({ disks: ['512M', '512M', '512M'], memory: '768M' }, () => {
  const test = suite('snapshots of file systems at work');

  test('a group and a pool', async () => {
    for (const dir of ['/tmp/origin', '/tmp/snapshot']) mkdirSync(dir);
    await dvm`create vg /dev/ubda /dev/ubdb /dev/ubdc --extent-size 1M`;
    await dvm`thin-pool vg/pool --size 600M`;
  });

  for (const kind of kinds)
    test(kind.name, async () => {
      await dvm`${words(kind.make)}`;
      sh`${words(kind.mkfs)} /dev/mapper/vg-v`;
      sh`mount /dev/mapper/vg-v /tmp/origin`;
      const told = `/tmp/told-${kinds.indexOf(kind)}`;
      const busy = spawn('bash', ['-c', writer, 'writer', '/tmp/origin', told], { stdio: ['ignore', 'ignore', 'inherit'] });
      try {
        for (let round = 1; round <= rounds; round++) await snapshotAndCheck(kind, told, round);
      } finally {
        await ended(busy, told);
      }
      sh`umount /tmp/origin`;
      sh`${words(kind.check)} /dev/mapper/vg-v`;
      await dvm`remove vg/v`;
    });

  test('nothing failed below', () => {
    assert.not.match(sh`dmesg`, /I\/O error|EXT4-fs error|XFS .*(corrupt|metadata I\/O)/i);
  });
  test.run();
});

/** Everything told before the snapshot is in it. */
async function snapshotAndCheck({ snapshot, options, check }: Kind, told: string, round: number): Promise<void> {
  while (linesOf(told).length < 4 * round) await sleep(20);
  const before = linesOf(told);
  await dvm`snapshot vg/v s ${words(snapshot)}`;
  assert.equal(unsettled(), []);
  sh`mount -o ${options} /dev/mapper/vg-s /tmp/snapshot`;
  for (const line of before) {
    const [path = '', sum = ''] = line.split(' ');
    assert.is(sha256(path.replace('/tmp/origin', '/tmp/snapshot')), sum, path);
  }
  sh`umount /tmp/snapshot`;
  sh`${words(check)} /dev/mapper/vg-s`;
  await dvm`remove vg/s`;
}

/** Lets the writer finish its file. */
function ended(writer: ChildProcess, told: string): Promise<unknown> {
  const closed = new Promise((done) => writer.on('close', done));
  writeFileSync(`${told}.end`, '');
  return closed;
}
