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

export function outcome(envelope: Envelope, changed: boolean, plan: PlanView | undefined, degraded: string[] = []): Outcome {
  const { group, seqno, txn } = envelope;
  const base: Outcome = { kind: 'transaction', version: 1, group, seqno, txn, changed, devices: plan?.summary ?? [] };
  return degraded.length > 0 ? { ...base, degraded } : base;
}
