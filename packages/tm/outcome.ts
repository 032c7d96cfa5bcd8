import type { Change } from '#documents/diff.js';
import type { Envelope } from '#documents/group.js';
import type { PlanView } from './activation.js';

/** What a command of tm that may change a group prints. */
export interface Outcome {
  kind: 'transaction';
  version: 1;
  group: { id: string; name: string };
  seqno: number;
  txn: string;
  /** False when the group already was as asked; then nothing was written. */
  changed: boolean;
  /** True when there is a new version. */
  committed: boolean;
  /** What was done to device-mapper devices, by name. */
  devices: unknown[];
  /** PVs whose regions did not take the commit. */
  degraded?: string[];
}

/** What would happen: the lines of the record that change, and the device-mapper plan. */
export interface DryRun {
  kind: 'dry-run';
  version: 1;
  group: { id: string; name: string };
  changes: Change[];
  plan: PlanView | null;
}

type VersionOf = Pick<Envelope, 'group' | 'seqno' | 'txn'>;

/** Of a run that left the version as it was. */
export function outcome(
  { group, seqno, txn }: VersionOf,
  changed: boolean,
  plan: PlanView | undefined,
  degraded: string[] = [],
): Outcome {
  const more = degraded.length > 0 ? { degraded } : {};
  return { kind: 'transaction', version: 1, group, seqno, txn, changed, committed: false, devices: plan?.summary ?? [], ...more };
}

/** Of a run that made the version of `envelope`; `degraded`: the PVs whose regions did not take it. */
export function committed(envelope: VersionOf, plan: PlanView | undefined, degraded: string[] = []): Outcome {
  return { ...outcome(envelope, true, plan, degraded), committed: true };
}
