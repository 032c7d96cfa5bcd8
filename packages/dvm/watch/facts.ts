import type { Current } from '#dm/documents.js';
import { parsePoolStatus } from '#dm/pool-status.js';
import type { Sectors } from '#tool/units.js';
import { mirrorProgress } from '#volumes/poll/mirror.js';
import type { Device } from '#volumes/poll/poll.js';
import { mergeProgress } from '#volumes/poll/snapshot.js';
import { parseRaidStatus } from '#volumes/raid-status.js';

interface Of {
  /** Ids. */
  group: string;
  volume: string;
  /** Of the device that tells it. */
  name: string;
}

/** What a device tells of its volume that somebody may have to do something about. */
export type Fact = Of &
  (
    | { what: 'metadata' | 'snapshot'; used: number; total: number; size: Sectors }
    /** `lowWater`: chunks that are left when the kernel raises an event. */
    | { what: 'data'; used: number; total: number; size: Sectors; lowWater: number }
    /** Letters of the images that the kernel has given up, or that are not there. */
    | { what: 'raid'; health: string }
    /** The kernel is done; the metadata does not say so yet. */
    | { what: 'finished'; work: 'merge' | 'move' }
    /** Beyond what can be done without people. */
    | { what: 'broken'; message: string }
  );

/** Metadata blocks of a thin pool, in sectors. */
const BLOCK = 8;

/** All facts of the devices of groups, pools first: what stands on them may wait for it. */
export function factsOf({ devices }: Current): Fact[] {
  return Object.entries(devices)
    .flatMap(([name, device]) => {
      const [, group, volume] = /^DVM-([^-]+)-([^-]+)/.exec(device.uuid) ?? [];
      return group === undefined || volume === undefined ? [] : factsOfDevice({ group, volume, name }, device);
    })
    .sort((a, b) => Number(b.what === 'data') - Number(a.what === 'data'));
}

function factsOfDevice(of: Of, device: Device): Fact[] {
  const type = device.targets[0]?.type;
  if (type === 'thin-pool') return poolFacts(of, device);
  if (type === 'snapshot') return snapshotFacts(of, device);
  if (type === 'raid') return raidFacts(of, device);
  if (type === 'snapshot-merge' && isDone(mergeProgress(device))) return [{ ...of, what: 'finished', work: 'merge' }];
  if (type === 'mirror' && isMove(of.name) && isDone(mirrorProgress(device))) return [{ ...of, what: 'finished', work: 'move' }];
  return [];
}

function poolFacts(of: Of, { status, targets }: Device): Fact[] {
  const pool = parsePoolStatus(status?.[0]);
  if (!pool) return [];
  if (pool.mode === 'fail' || pool.needsCheck || pool.mode === 'read-only')
    return [{ ...of, what: 'broken', message: brokenPool }];
  const { data, metadata } = pool;
  return [
    ...(data
      ? [{ ...of, what: 'data' as const, ...data, size: targets[0]?.size ?? 0, lowWater: lowWaterIn(targets[0]?.args) }]
      : []),
    ...(metadata ? [{ ...of, what: 'metadata' as const, ...metadata, size: metadata.total * BLOCK }] : []),
  ];
}

/** `META DATA CHUNK LOW-WATER N FEATURE…` */
function lowWaterIn(args = ''): number {
  return Number(args.split(' ')[3] ?? 0);
}

const brokenPool = 'the thin pool takes no changes any more: take it down and repair its metadata (dvm repair)';

/** The kernel's dm-snap.c: `USED/TOTAL METADATA` in sectors, `Invalid`, `Overflow` or `Unknown`. */
function snapshotFacts(of: Of, { status }: Device): Fact[] {
  const [, used, total] = /^(\d+)\/(\d+) \d+$/.exec(status?.[0] ?? '') ?? [];
  if (used !== undefined) return [{ ...of, what: 'snapshot', used: Number(used), total: Number(total), size: Number(total) }];
  return /^(Invalid|Overflow)/.test(status?.[0] ?? '')
    ? [{ ...of, what: 'broken', message: 'the snapshot ran full and holds nothing any more: remove it' }]
    : [];
}

function raidFacts(of: Of, { status }: Device): Fact[] {
  const health = parseRaidStatus(status?.[0] ?? '')?.health ?? '';
  return /[D-]/.test(health) ? [{ ...of, what: 'raid', health }] : [];
}

/** By the name that moves have. */
function isMove(name: string): boolean {
  return /-pvmove\d+$/.test(name);
}

function isDone(progress: { done: number; of: number; failed: boolean } | undefined): boolean {
  return progress !== undefined && !progress.failed && progress.done >= progress.of;
}
