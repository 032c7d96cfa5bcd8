import type { Region } from '#documents/regions.js';
import { type DvmError, fail } from '#tool/errors.js';
import { isEmptyRoot, type Version, versionOf } from './format/root.js';
import type { OpenRegion } from './region/open-region.js';

/** `empty`: initialised, nothing committed yet. `blank`: never initialised. */
export type RegionState = 'active' | 'prepared' | 'empty' | 'blank' | 'damaged' | 'unreadable';

/** What the superblocks of one region say. */
export interface RegionStatus {
  region: Region;
  state: RegionState;
  sequence?: number;
  /** The version that counts; of an `empty` region, or of one prepared for its first version, `noTxn`. */
  active?: Version;
  /** The version that is prepared, not committed. */
  shadow?: Version;
  /** The activation of the active version has not been confirmed. */
  mark: boolean;
  /** Older versions kept. */
  history: number;
  slots: ('valid' | 'blank' | 'damaged')[];
  error?: DvmError;
}

export function statusOf(of: OpenRegion): RegionStatus {
  const slots = of.slots.map((s) => s.state);
  const s = of.superblock;
  const none = { region: of.region, mark: false, history: 0, slots };
  if (of.failure) return { ...none, state: 'unreadable', error: of.failure };
  if (!s) return slots.includes('damaged') ? { ...none, state: 'damaged', error: noSuperblock(of) } : { ...none, state: 'blank' };
  return {
    region: of.region,
    state: s.shadow ? 'prepared' : isEmptyRoot(s.active) ? 'empty' : 'active',
    sequence: s.sequence,
    active: versionOf(s.active),
    ...(s.shadow ? { shadow: versionOf(s.shadow.root) } : {}),
    mark: s.mark,
    history: s.history.count,
    slots,
  };
}

function noSuperblock(of: OpenRegion): DvmError {
  const reasons = of.slots.map((s, i) =>
    s.state === 'damaged' ? `superblock ${i} ${s.reason}` : `superblock ${i} is ${s.state}`,
  );
  return fail('io', 'region-damaged', `region "${of.name}" is damaged: ${reasons.join(', ')}`, {
    hint: 'leave it out, or initialise it again and copy the content back (tm recover)',
  });
}

/** Regions in one state, for the out-of-sync error. */
export interface SyncGroup {
  state: RegionState;
  txn?: string;
  hash?: string;
  shadow?: string;
  regions: Region[];
  /** Why, for those that cannot be used. */
  error?: string;
}

/** Groups regions that hold the same versions in the same state; most regions first. */
export function groupByState(statuses: readonly RegionStatus[]): SyncGroup[] {
  const groups = new Map<string, SyncGroup>();
  for (const s of statuses) {
    const key = [s.state, s.active?.txn, s.active?.hash, s.shadow?.txn, s.shadow?.hash].join(' ');
    const group = groups.get(key) ?? { state: s.state, ...versions(s), regions: [] };
    group.regions.push(s.region);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.regions.length - a.regions.length);
}

function versions(s: RegionStatus): Partial<SyncGroup> {
  return {
    ...(s.active ? { txn: s.active.txn, hash: s.active.hash } : {}),
    ...(s.shadow ? { shadow: s.shadow.txn } : {}),
    ...(s.error ? { error: s.error.message } : {}),
  };
}

/**
 * Holds regions to be in sync: all initialised, the same active version, the same shadow or none.
 *
 * @throws DvmError `out-of-sync` (exit 84), or when all are alike but unusable `not-initialised` (80) or the
 *   region's own error
 */
export function requireSync(statuses: readonly RegionStatus[]): RegionStatus {
  const groups = groupByState(statuses);
  const first = statuses[0] as RegionStatus;
  if (groups.length > 1) throw outOfSync(groups);
  if (first.error) throw first.error;
  if (first.state === 'blank') throw notInitialised(statuses);
  return first;
}

/** True when `requireSync` has nothing to say. */
export function inSync(statuses: readonly RegionStatus[]): boolean {
  const first = statuses[0];
  return first !== undefined && !first.error && first.state !== 'blank' && groupByState(statuses).length === 1;
}

export function outOfSync(groups: readonly SyncGroup[]): DvmError {
  const parts = groups.map((g) => `${g.regions.length} ${describe(g)}`);
  return fail('outOfSync', 'out-of-sync', `regions are out of sync: ${parts.join('; ')}`, {
    hint: 'name a subset that agrees, or let tm recover bring the others up',
    details: { groups },
  });
}

function describe(g: SyncGroup): string {
  if (g.state === 'prepared') return `prepared for "${g.shadow}" over "${g.txn}"`;
  return g.state === 'active' ? `at "${g.txn}"` : g.state;
}

function notInitialised(statuses: readonly RegionStatus[]): DvmError {
  return fail('notFound', 'not-initialised', `none of the ${statuses.length} regions is initialised`, {
    hint: 'initialise them first: dvm_replicate init, or tm init',
    details: { regions: statuses.map((s) => s.region) },
  });
}
