import type { OpenStorage, Storage } from '#blockdev/storage.js';
import type { Region } from '#documents/regions.js';
import { DvmError } from '#tool/errors.js';
import { sleep } from '#tool/pause.js';
import { abortIn, clearMarkIn, commitIn, type Outcome } from './flip.js';
import { type History, historyIn } from './history.js';
import { initIn, wipeIn } from './init.js';
import { type Prepared, prepareIn, type Request } from './prepare.js';
import { type Content, prefixOf, readFrom } from './read.js';
import type { Superblocks } from './region/superblocks.js';
import { memberOf, openRegions, type RegionSet, rereadSlots, setStatus, withRegions } from './region-set.js';
import { groupByState, type RegionStatus } from './sync.js';

/*
 * One operation each, on regions that are opened for it. Programs that do several in a row open a set once
 * (region-set.ts) and call the functions with `In` or `From` in their name.
 */

const forReading = { write: false };
const forWriting = { write: true };

/** See `initIn`. */
export function initRegions(open: OpenStorage, regions: readonly Region[], options?: { overwrite?: boolean }): Promise<Outcome> {
  return withRegions(open, regions, forWriting, (set) => initIn(set, options));
}

/** What each region's superblocks say; a region that cannot be read says so. */
export function regionStatus(open: OpenStorage, regions: readonly Region[]): Promise<RegionStatus[]> {
  return withRegions(open, regions, forReading, async (set) => setStatus(set));
}

/** The same of regions of one device that is open, and stays so. */
export async function statusOn(storage: Storage, regions: readonly Region[], superblocks: Superblocks): Promise<RegionStatus[]> {
  if (regions.length === 0) return [];
  return setStatus(await openRegions(async () => storage, regions, { ...forReading, superblocks }));
}

/** The content that counts, or an older one, without a lock. See `readFrom` and `readSteadily`. */
export function readContent(
  open: OpenStorage,
  regions: readonly Region[],
  options: { txn?: string | undefined } = {},
): Promise<Content> {
  return withRegions(open, regions, forReading, (set) =>
    readSteadily(
      set,
      () => readFrom(set, options),
      (read) => read.problems.length === 0,
    ),
  );
}

/** The beginning of the content of one region, without a lock. See `prefixOf` and `readSteadily`. */
export function readPrefix(open: OpenStorage, region: Region, enough: (prefix: Buffer) => boolean): Promise<Buffer | undefined> {
  return withRegions(open, [region], forReading, (set) =>
    readSteadily(
      set,
      () => prefixOf(memberOf(set, region), enough),
      () => true,
    ),
  );
}

const READ_ATTEMPTS = 8;
const LOOKS = 20;
const LOOK_AGAIN_MS = 25;

/**
 * Reads while a writer may be at work. Regions can look out of sync for a moment, so they are looked at again until
 * they agree or stand still. Every page is checked against its hash, so what is read is one version as it was; blocks
 * of a version that is given up while it is read fail that check, and the superblocks, read again, tell this from damage.
 */
async function readSteadily<T>(set: RegionSet, read: () => Promise<T>, isWhole: (result: T) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await standStill(set);
    const before = fingerprint(set);
    const result = await valueOrError(read);
    if (!(result instanceof DvmError) && isWhole(result)) return result;
    await rereadSlots(set);
    if (attempt < READ_ATTEMPTS && fingerprint(set) !== before) continue;
    if (result instanceof DvmError) throw result;
    return result;
  }
}

async function valueOrError<T>(read: () => Promise<T>): Promise<T | DvmError> {
  try {
    return await read();
  } catch (e) {
    if (e instanceof DvmError) return e;
    throw e;
  }
}

async function standStill(set: RegionSet): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if (groupByState(setStatus(set)).length === 1) return;
    const before = fingerprint(set);
    await sleep(LOOK_AGAIN_MS);
    await rereadSlots(set);
    if (fingerprint(set) === before) return;
  }
}

function fingerprint(set: RegionSet): string {
  return set.members.map((m) => m.superblock?.sequence ?? m.slots.map((s) => s.state).join()).join(' ');
}

/** See `prepareIn`. */
export function prepare(open: OpenStorage, regions: readonly Region[], content: Buffer, request: Request): Promise<Prepared> {
  return withRegions(open, regions, forWriting, (set) => prepareIn(set, content, request));
}

/** See `commitIn`. */
export function commit(open: OpenStorage, regions: readonly Region[], txn: string): Promise<Outcome> {
  return withRegions(open, regions, forWriting, (set) => commitIn(set, txn));
}

/** See `abortIn`. */
export function abort(open: OpenStorage, regions: readonly Region[], txn: string): Promise<Outcome> {
  return withRegions(open, regions, forWriting, (set) => abortIn(set, txn));
}

/** See `clearMarkIn`. */
export function clearMark(open: OpenStorage, regions: readonly Region[], txn: string): Promise<Outcome> {
  return withRegions(open, regions, forWriting, (set) => clearMarkIn(set, txn));
}

/** See `historyIn`. */
export function history(open: OpenStorage, region: Region): Promise<History> {
  return withRegions(open, [region], forReading, (set) => historyIn(memberOf(set, region)));
}

/** See `wipeIn`. */
export function wipeRegions(open: OpenStorage, regions: readonly Region[]): Promise<Outcome> {
  return withRegions(open, regions, forWriting, wipeIn);
}
