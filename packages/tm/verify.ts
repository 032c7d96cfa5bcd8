import type { Envelope } from '#documents/group.js';
import { regionName } from '#documents/regions.js';
import { exitCodes } from '#tool/errors.js';
import { type Context, load } from './context.js';
import { type Copy, inSync, type Judgement, judge } from './judge.js';
import { unfinishedRegions } from './region-plan.js';

/** What `tm verify` prints. */
export interface Verification {
  kind: 'verification';
  version: 1;
  group: { id: string; name: string };
  /** `ok`, or the first thing that stands in the way, worst first; `empty`: no metadata yet. */
  state: 'ok' | 'pending' | 'interrupted' | 'out-of-sync' | 'missing' | 'diverged' | 'empty';
  txn: string | null;
  missing: string[];
  regions: RegionFinding[];
  problems: unknown[];
}

interface RegionFinding {
  region: string;
  pv: string;
  state: Copy['state'];
  /** What this copy is, compared with the version that counts. */
  standing: 'current' | 'behind' | 'prepared' | 'to-commit' | 'unusable' | 'diverged' | 'not-a-member';
  txn: string | null;
  prepared: string | null;
  error: string | null;
}

/** Describes every copy. Reads superblocks only; `pvs` are those of the envelope when it could be read. */
function describeCopies(ctx: Context, copies: Copy[], pvs: Envelope['pvs'] | undefined): Verification {
  const members = pvs && new Set(Object.keys(pvs));
  const j = judge(copies.filter((c) => members?.has(c.pv) ?? true));
  const missing = Object.keys(ctx.devices.missing);
  const isMoving = unfinishedRegions(ctx.devices.devices, pvs ?? {}).size > 0;
  return {
    kind: 'verification',
    version: 1,
    group: ctx.devices.group,
    state: stateOf(j, missing, isMoving),
    txn: j.head?.txn ?? null,
    missing,
    regions: copies.map((c) => finding(c, j, members)),
    problems: ctx.devices.problems,
  };
}

function stateOf(j: Judgement, missing: string[], isMoving: boolean): Verification['state'] {
  if (j.diverged.length > 0) return 'diverged';
  if (!j.head) return j.unusable.every((c) => c.state === 'blank' || c.state === 'empty') ? 'empty' : 'out-of-sync';
  if (missing.length > 0) return 'missing';
  if (j.behind.length + j.unusable.length > 0) return 'out-of-sync';
  if (j.toCommit.length + j.toAbort.length > 0 || isMoving) return 'interrupted';
  if (j.pending) return 'pending';
  return inSync(j) ? 'ok' : 'out-of-sync';
}

function finding(copy: Copy, j: Judgement, members: ReadonlySet<string> | undefined): RegionFinding {
  return {
    region: regionName(copy.region),
    pv: copy.pv,
    state: copy.state,
    standing: standing(copy, j, members),
    txn: copy.active?.txn ?? null,
    prepared: copy.shadow?.txn ?? null,
    error: copy.error ?? null,
  };
}

function standing(copy: Copy, j: Judgement, members: ReadonlySet<string> | undefined): RegionFinding['standing'] {
  if (members && !members.has(copy.pv)) return 'not-a-member';
  if (j.unusable.includes(copy)) return 'unusable';
  if (j.behind.includes(copy)) return 'behind';
  if (j.toCommit.includes(copy)) return 'to-commit';
  if (j.toAbort.includes(copy)) return 'prepared';
  return j.atHead.includes(copy) ? 'current' : 'diverged';
}

/** Describes the copies of a group and says, as an exit code, whether it is whole: 0, `pending` or `outOfSync`. */
export async function verify(ctx: Context): Promise<{ verification: Verification; exit: number }> {
  const copies = await ctx.store.copies();
  const verification = describeCopies(ctx, copies, await pvsOf(ctx));
  const { state } = verification;
  const exit = state === 'ok' ? 0 : state === 'pending' || state === 'interrupted' ? exitCodes.pending : exitCodes.outOfSync;
  return { verification, exit };
}

/** PVs of the envelope; undefined when the copies do not tell. */
async function pvsOf(ctx: Context): Promise<Envelope['pvs'] | undefined> {
  try {
    return (await load(ctx)).group.envelope.pvs;
  } catch {
    return undefined;
  }
}
