import { noTxn } from '#documents/ids.js';
import { type Region, regionName } from '#documents/regions.js';
import { Lines } from '#tool/command.js';
import type { Outcome } from './flip.js';
import type { Version } from './format/root.js';
import { historyIn } from './history.js';
import type { Prepared } from './prepare.js';
import { type RegionSet, setStatus } from './region-set.js';
import { type RegionStatus, requireSync } from './sync.js';

/** A version as documents show it: the time in RFC 3339. */
export function versionDocument({ txn, parent, time, length, hash }: Version) {
  return { txn, parent, time: new Date(time).toISOString(), length, hash };
}

export function statusDocument(statuses: readonly RegionStatus[]): Lines {
  const regions = Object.fromEntries(statuses.map((s) => [regionName(s.region), regionDocument(s)]));
  return new Lines({ kind: 'region-status', version: 1, regions }, 2);
}

function regionDocument({ region, active, shadow, error, ...rest }: RegionStatus) {
  return {
    ...rest,
    ...region,
    ...activeOf(active),
    ...(shadow ? { shadow: versionDocument(shadow) } : {}),
    ...(error ? { error: error.toJSON() } : {}),
  };
}

/** What `prepare` prints. */
export function documentOf({ version, done, already, bytes }: Prepared) {
  return { kind: 'prepared', version: 1, prepared: versionDocument(version), bytes, ...counted({ done, already }) };
}

/** What the other changes print. */
export function outcomeDocument(outcome: Outcome, statuses: readonly RegionStatus[]) {
  return { kind: 'replicated', version: 1, ...activeOf(statuses[0]?.active), ...counted(outcome) };
}

/** Nothing for regions to which nothing was committed. */
function activeOf(active: Version | undefined) {
  return active && active.txn !== noTxn ? { active: versionDocument(active) } : {};
}

function counted({ done, already }: { done: Region[]; already: Region[] }) {
  return { done: done.map(regionName), already: already.map(regionName) };
}

/** The versions that can be read: the active one, and the older ones of the region that kept most. */
export async function historyDocument(set: RegionSet) {
  const { active } = requireSync(setStatus(set));
  const histories = await Promise.all(set.members.map(historyIn));
  const longest = histories.reduce((a, b) => (b.versions.length > a.versions.length ? b : a));
  const problems = histories.flatMap(({ problem }, i) => (problem ? [`region "${set.members[i]?.name}": ${problem}`] : []));
  return {
    kind: 'history',
    version: 1,
    ...activeOf(active),
    older: longest.versions.map(versionDocument),
    problems,
  };
}
