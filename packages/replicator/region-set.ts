import { mapParallel } from '#blockdev/parallel.js';
import type { OpenStorage, Storage } from '#blockdev/storage.js';
import { type Region, regionName } from '#documents/regions.js';
import { DvmError, fail } from '#tool/errors.js';
import type { Paged } from './content/pages.js';
import type { Entries } from './format/table.js';
import { OpenRegion } from './region/open-region.js';
import { Superblocks } from './region/superblocks.js';
import { type RegionStatus, statusOf } from './sync.js';

/** Regions worked on at a time. */
export const PARALLEL = 256;

/**
 * Regions on open devices, for several operations in a row: superblocks are read once, and what a read has learnt of
 * the content (pages, tables) makes the next `prepare` cheap. Whoever writes holds a lock against other writers.
 */
export interface RegionSet {
  readonly members: readonly OpenRegion[];
  readonly storages: readonly Storage[];
  readonly byName: ReadonlyMap<string, OpenRegion>;
  /** Shared by all subsets. */
  readonly memory: Memory;
}

export interface SetOptions {
  write: boolean;
  /** Those of other sets too, when many are opened one after another. */
  superblocks?: Superblocks;
}

/** What has been read and is true of every region that holds the hash. */
interface Memory {
  /** A content and its pages. */
  content: (Paged & { hash: string }) | undefined;
  /** Lengths and hashes of all levels of a tree. */
  shape: { hash: string; levels: readonly Entries[] } | undefined;
}

/**
 * Opens every device once and reads the superblocks. A device that cannot be opened or read makes its regions
 * `unreadable`; nothing is thrown for it.
 *
 * @throws DvmError `overlapping-regions` (exit 65), `no-regions` (exit 65)
 */
export async function openRegions(open: OpenStorage, regions: readonly Region[], options: SetOptions): Promise<RegionSet> {
  checkRegions(regions);
  const paths = [...new Set(regions.map((r) => r.path))];
  const opened = await mapParallel(paths, PARALLEL, (path) => tryOpen(open, path, options.write));
  const byPath = new Map(paths.map((path, i) => [path, opened[i] as Storage | DvmError]));
  const superblocks = options.superblocks ?? new Superblocks();
  const members = regions.map((r) => new OpenRegion(r, byPath.get(r.path) as Storage | DvmError, superblocks));
  const storages = opened.filter((s): s is Storage => !(s instanceof Error));
  const byName = new Map(members.map((m) => [m.name, m]));
  const set: RegionSet = { members, storages, byName, memory: { content: undefined, shape: undefined } };
  await rereadSlots(set);
  return set;
}

export async function closeRegions(set: RegionSet): Promise<void> {
  await mapParallel(set.storages, PARALLEL, (s) => s.close());
}

/** Opens regions for `f` and closes them whatever happens. */
export async function withRegions<T>(
  open: OpenStorage,
  regions: readonly Region[],
  options: SetOptions,
  f: (set: RegionSet) => Promise<T>,
): Promise<T> {
  const set = await openRegions(open, regions, options);
  try {
    return await f(set);
  } finally {
    await closeRegions(set);
  }
}

/** Some of the regions, on the same open devices; closed with the whole. */
export function subset(set: RegionSet, regions: readonly Region[]): RegionSet {
  const names = new Set(regions.map(regionName));
  return { ...set, members: set.members.filter((m) => names.has(m.name)), storages: [] };
}

/** What the superblocks say, in the order of the regions. Throws nothing. */
export function setStatus(set: RegionSet): RegionStatus[] {
  return set.members.map(statusOf);
}

/** Reads all superblocks again. */
export async function rereadSlots(set: RegionSet): Promise<void> {
  await mapParallel(set.members, PARALLEL, (m) => m.readSlots());
}

/** The member for a region. */
export function memberOf(set: RegionSet, region: Region): OpenRegion {
  const found = set.byName.get(regionName(region));
  if (!found) throw new Error(`region ${regionName(region)} is not one of the set`);
  return found;
}

async function tryOpen(open: OpenStorage, path: string, write: boolean): Promise<Storage | DvmError> {
  try {
    return await open(path, { write });
  } catch (e) {
    if (e instanceof DvmError) return e;
    throw e;
  }
}

function checkRegions(regions: readonly Region[]): void {
  if (regions.length === 0) throw fail('badInput', 'no-regions', 'the list of regions is empty');
  const sorted = [...regions].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.start - b.start));
  for (const [i, r] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next && next.path === r.path && r.start + r.length > next.start)
      throw fail('badInput', 'overlapping-regions', `regions "${regionName(r)}" and "${regionName(next)}" overlap`);
  }
}
