import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { sh } from './guest.js';
import { Random } from './random.js';

/** What tests of raid volumes in a guest share. */

/** A raid device's line of status: `LEVEL N HEALTH DONE/ALL ACTION MISMATCHES …` (dm-raid.rst). */
export interface RaidStatus {
  health: string;
  done: number;
  all: number;
  action: string;
  mismatches: number;
}

export function raidStatus(name: string): RaidStatus {
  const line = sh`dmsetup status ${name}`.trim();
  const [, health = '', done, all, action = '', mismatches] = / raid \S+ \d+ (\S+) (\d+)\/(\d+) (\S+) (\d+)/.exec(line) ?? [];
  return { health, done: Number(done), all: Number(all), action, mismatches: Number(mismatches) };
}

/** Waits until the kernel has nothing more to synchronise on a raid device; its status then. */
export function synced(name: string): RaidStatus {
  for (let i = 0; i < 1200; i++) {
    const status = raidStatus(name);
    if (status.done === status.all && status.action === 'idle') return status;
    sh`sleep 0.05`;
  }
  throw new Error(`${name} does not come to rest: ${sh`dmsetup status ${name}`}`);
}

const MIB = 1 << 20;

/** Writes `count` MiB of random bytes at `from` MiB past the page cache; their hash. */
export function fill(path: string, count: number, seed: number, from = 0): string {
  const hash = createHash('sha256');
  const random = new Random(seed);
  const fd = openSync(path, constants.O_WRONLY | constants.O_SYNC);
  const block = Buffer.alloc(MIB, random.bytes(MIB >> 6));
  for (let i = 0; i < count; i++) {
    random.bytes(8).copy(block); // no two alike
    writeSync(fd, block, 0, MIB, (from + i) * MIB);
    hash.update(block);
  }
  closeSync(fd);
  return hash.digest('hex');
}

/** The hash of so many MiB, read from the device and not from the page cache. */
export function digest(path: string, count: number, from = 0): string {
  sh`blockdev --flushbufs ${path}`;
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  try {
    const block = Buffer.alloc(MIB);
    for (let i = 0; i < count; i++) {
      if (readSync(fd, block, 0, MIB, (from + i) * MIB) !== MIB) throw new Error(`${path} ends in MiB ${from + i}`);
      hash.update(block);
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}
