import { spawn } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { dvm, pipe, sh } from '../guest.js';
import type { Random } from '../random.js';
import { heard, known, tell } from './events.js';
import { type Change, randomChange, type Volume, type Volumes } from './model.js';

/** What runs in the guest until the power is cut. */

export const extentBytes = 1 << 20;
export const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];
export const device = (name: string): string => `/dev/dvm/vg/${name}`;

export interface FileSystem {
  volume: string;
  mnt: string;
  /** Makes it as large as its volume. */
  grow: string[];
  /** Its checker, which changes nothing and fails when something is wrong. */
  check: string[];
}

export const fileSystems: FileSystem[] = [
  { volume: 'ext', mnt: '/tmp/ext', grow: ['resize2fs', device('ext')], check: ['e2fsck', '-fn', device('ext')] },
  { volume: 'xfs', mnt: '/tmp/xfs', grow: ['xfs_growfs', '/tmp/xfs'], check: ['xfs_repair', '-n', device('xfs')] },
];

/** A group with a volume of each file system. */
export async function setUp(dir: string): Promise<void> {
  await dvm`create vg ${disks} --extent-size 1M`;
  await pipe`discover vg | tm update vg -- lv_create ext --extents 24 -- lv_create xfs --extents 320 --stripes 2`;
  sh`mkfs.ext4 -q ${device('ext')}`;
  sh`mkfs.xfs -q ${device('xfs')}`;
  sh`sync`;
  tell(dir, { event: 'whole', volumes: { ext: { extents: 24, mark: 0 }, xfs: { extents: 320, mark: 0 } } });
}

/**
 * Files of random sizes, made durable, then told: `PATH SUM`. Those that are about to go are told before: `PATH -`.
 * Arguments: mount point, where to tell, what is in the names of this boot's files only.
 */
const writer = `
  for old in $1/file-*; do echo "$old -" >> $2; rm -f $old; done
  for ((i = 0; ; i++)); do
    f=$1/file-$3-$i
    dd if=/dev/urandom of=$f bs=4k count=$((RANDOM % 32 + 1)) conv=fsync status=none
    sync $1
    read -r sum rest < <(sha256sum $f)
    echo "$f $sum" >> $2
    old=$1/file-$3-$((i - 20))
    if [ -e $old ]; then echo "$old -" >> $2; rm $old; fi
  done`;

/** Changes the group again and again, while files are written. Never ends, unless something fails. */
export async function work(dir: string, random: Random): Promise<never> {
  for (const { volume, mnt } of fileSystems)
    spawn('bash', ['-c', writer, 'writer', mnt, join(dir, `files-${volume}`), String(random.seed)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  let now = known(heard(dir)).certain;
  for (let before: Volumes | undefined; ; ) {
    const change = randomChange(random, now, before);
    await carryOut(dir, now, change);
    [before, now] = [now, change.after];
  }
}

async function carryOut(dir: string, now: Volumes, { mutators, after, least }: Change): Promise<void> {
  const marked = known(heard(dir)).marked;
  for (const [mark, extents] of least)
    if ((marked.get(mark) ?? 0) > extents) {
      tell(dir, { event: 'marked', mark, extents });
      marked.set(mark, extents);
    }
  tell(dir, { event: 'begin', mutators, volumes: after });
  if (mutators.length === 0) await pipe`discover vg | tm rollback vg ${'-1'}`;
  else await pipe`discover vg | tm update vg ${mutators.flatMap((words) => ['--', ...words])}`;
  tell(dir, { event: 'done' });
  for (const { volume, grow } of fileSystems) if (after[volume]?.extents !== now[volume]?.extents) sh`${grow}`;
  for (const [name, volume] of Object.entries(after)) if (volume.mark !== 0) markAll(dir, name, volume, marked);
}

function markAll(dir: string, name: string, { mark, extents }: Volume, marked: Map<number, number>): void {
  const from = marked.get(mark) ?? 0;
  if (from >= extents) return;
  const fd = openSync(device(name), 'r+');
  for (let extent = from; extent < extents; extent++) {
    const block = markOf(mark, extent);
    writeSync(fd, block, 0, block.length, extent * extentBytes);
  }
  fdatasyncSync(fd);
  closeSync(fd);
  tell(dir, { event: 'marked', mark, extents });
}

function markOf(mark: number, extent: number): Buffer {
  return Buffer.alloc(4096, `${mark}.${extent} `);
}

/** The first extent, up to `extents`, that does not carry its mark. */
export function firstUnmarked(name: string, mark: number, extents: number): number | undefined {
  const fd = openSync(device(name), 'r');
  const block = Buffer.alloc(4096);
  try {
    for (let extent = 0; extent < extents; extent++) {
      readSync(fd, block, 0, block.length, extent * extentBytes);
      if (!block.equals(markOf(mark, extent))) return extent;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}
