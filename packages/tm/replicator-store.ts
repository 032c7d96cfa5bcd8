import type { OpenStorage } from '#blockdev/storage.js';
import type { Devices } from '#documents/devices.js';
import { noTxn } from '#documents/ids.js';
import { type Region, regionName } from '#documents/regions.js';
import { abortIn, clearMarkIn, commitIn, type Outcome, rewriteIn } from '#replicator/flip.js';
import { growIn } from '#replicator/grow.js';
import { historyIn, rootsIn } from '#replicator/history.js';
import { initIn, wipeIn } from '#replicator/init.js';
import { prepareIn } from '#replicator/prepare.js';
import { prefixOf, readFrom } from '#replicator/read.js';
import type { OpenRegion } from '#replicator/region/open-region.js';
import { closeRegions, memberOf, openRegions, type RegionSet, rereadSlots, setStatus, subset } from '#replicator/region-set.js';
import type { RegionStatus } from '#replicator/sync.js';
import { fail } from '#tool/errors.js';
import type { Copy } from './judge.js';
import type { Spread, Store } from './store.js';

/**
 * Blocks (4 MiB) that changes leave free, but for those that grow the regions, make the record smaller or mend a copy: else
 * a full region could not even be grown. In small regions the replicator keeps fewer.
 */
const SPARE = 1024;

/** The store of a group over its devices' regions. Every device is opened once, every superblock read once. */
export async function openStore(devices: Devices['devices'], open: OpenStorage, write: boolean): Promise<Store> {
  const owners = new Map<string, string>();
  const regions = Object.entries(devices).flatMap(([pv, d]) =>
    d.regions.map((r): Region => {
      const region = { path: d.path, start: r.start, length: r.length };
      owners.set(regionName(region), pv);
      return region;
    }),
  );
  if (regions.length === 0) throw fail('outOfSync', 'no-regions', 'no present device of the group carries metadata');
  return storeOver(await openRegions(open, regions, { write }), owners);
}

function storeOver(set: RegionSet, owners: Map<string, string>): Store {
  const part = (regions: Region[]) => subset(set, regions);
  let asked = false; // the first time they have just been read
  return {
    copies: async (ancestors = 'always') => {
      if (asked) await rereadSlots(set);
      asked = true;
      const statuses = setStatus(set);
      const wanted = ancestors === 'always' || areDifferent(statuses);
      return Promise.all(statuses.map((s) => copyOf(set, s, owners.get(regionName(s.region)) ?? '', wanted)));
    },
    read: async (copy, txn) => (await readFrom(part([copy.region]), { txn })).content,
    versions: (copy) => rootsIn(memberOf(set, copy.region)),
    prefix: async (copy, version, enough) => (await prefixOf(memberOf(set, copy.region), enough, version)) ?? Buffer.alloc(0),
    init: async (regions) => {
      if (regions.length > 0) allDone(await initIn(part(regions), { overwrite: true }), 'initialised');
    },
    prepare: async (regions, content, transaction) => {
      const { urgent, ...version } = transaction;
      for (const alike of byEmptiness(part(regions))) await prepareIn(alike, content, { ...version, spare: urgent ? 0 : SPARE });
    },
    commit: async (regions, txn) => (regions.length === 0 ? nothing : spread(await commitIn(part(regions), txn))),
    abort: async (regions, txn) => abortReadable(part(regions), txn),
    clearMark: async (regions, txn) => {
      if (regions.length > 0) await clearMarkIn(part(regions), txn);
    },
    wipe: async (regions) => {
      if (regions.length > 0) allDone(await wipeIn(part(regions)), 'wiped');
    },
    rewrite: async (regions) => {
      if (regions.length > 0) allDone(await rewriteIn(part(regions)), 'written anew');
    },
    grow: async (regions) => {
      if (regions.length === 0) return false;
      const outcome = await growIn(part(regions));
      allDone(outcome, 'grown');
      return outcome.done.length > 0;
    },
    close: () => closeRegions(set),
  };
}

/** Whether more than one version is active. */
function areDifferent(statuses: readonly RegionStatus[]): boolean {
  return new Set(statuses.flatMap(({ active }) => (active ? [`${active.txn} ${active.hash}`] : []))).size > 1;
}

async function copyOf(set: RegionSet, status: RegionStatus, pv: string, ancestors: boolean): Promise<Copy> {
  const { region, active, shadow, mark, error } = status;
  const versions = ancestors && status.history > 0 ? (await historyIn(memberOf(set, region))).versions : [];
  return {
    pv,
    region,
    active,
    shadow,
    mark,
    state: active?.txn === noTxn ? 'empty' : status.state,
    ancestors: versions.map((v) => v.txn),
    slots: status.slots,
    error: error?.message,
  };
}

/** Regions without a version take their first one whatever it builds on, so they are prepared apart from the others. */
function byEmptiness(set: RegionSet): RegionSet[] {
  const [empty, active]: [Region[], Region[]] = [[], []];
  for (const s of setStatus(set)) (s.active?.txn === noTxn ? empty : active).push(s.region);
  return [active, empty].filter((r) => r.length > 0).map((r) => subset(set, r));
}

/** A region that cannot be read must not keep the others from being rolled back. */
async function abortReadable(set: RegionSet, txn: string): Promise<Spread> {
  const failed = setStatus(set).flatMap((s) =>
    s.error && !hasNothingOf(memberOf(set, s.region), txn) ? [{ region: s.region, error: s.error }] : [],
  );
  const readable = setStatus(set).flatMap((s) => (s.active ? [s.region] : []));
  if (readable.length === 0) return { done: [], failed };
  const outcome = spread(await abortIn(subset(set, readable), txn));
  return { done: outcome.done, failed: [...failed, ...outcome.failed] };
}

/** It failed before a superblock was written that could name the transaction. */
function hasNothingOf({ known, superblock }: OpenRegion, txn: string): boolean {
  return known && superblock?.active.txn !== txn && superblock?.shadow?.root.txn !== txn;
}

const nothing: Spread = { done: [], failed: [] };

function spread({ done, already, failed }: Outcome): Spread {
  return { done: [...done, ...already], failed };
}

function allDone({ failed }: Outcome, what: string): void {
  if (failed.length === 0) return;
  throw fail('io', 'region-failed', `${failed.length} regions could not be ${what}`, {
    details: failed.map((f) => ({ region: regionName(f.region), error: f.error.message })),
  });
}
