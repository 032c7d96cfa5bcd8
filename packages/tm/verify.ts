import type { Envelope } from '#documents/group.js';
import { regionName } from '#documents/regions.js';
import { type ExitName, exitCodes } from '#tool/errors.js';
import type { Context } from './context.js';
import { type Damage, findDamage, withDamage } from './damage.js';
import { describeSide, keeping, type SideFinding } from './diverged.js';
import { goingOnWithout, tmCommand } from './hints.js';
import { type Copy, inGroup, type Judgement, notCounted, type Side, withoutAbsent } from './judge.js';
import { envelopeOf, judgeCopies } from './judged.js';
import { unfinishedRegions } from './region-plan.js';

/** What `tm verify` prints (docs/formats/verification.md). */
export interface Verification {
  kind: 'verification';
  version: 1;
  group: { id: string; name: string };
  /** `ok`, or the first thing that stands in the way, worst first. */
  state: State;
  seqno: number | null;
  txn: string | null;
  /** Every copy was read whole; otherwise one, and of the others the superblocks. */
  full: boolean;
  missing: MissingFinding[];
  regions: RegionFinding[];
  /** Where it went apart: each version, most copies first. */
  sides?: SideFinding[];
  problems: unknown[];
  /** Commands that lead on; which of several is to be decided by a person. */
  remedies: Remedy[];
}

type State = 'diverged' | 'damaged' | 'missing' | 'out-of-sync' | 'interrupted' | 'pending' | 'degraded' | 'ok' | 'empty';

interface Remedy {
  does: string;
  command: string;
}

interface MissingFinding {
  pv: string;
  lastPath: string | null;
  /** The group has gone on without it. */
  accepted: boolean;
}

interface RegionFinding {
  region: string;
  pv: string;
  state: Copy['state'];
  /** What this copy is, compared with the version that counts. */
  standing: 'current' | 'behind' | 'prepared' | 'to-commit' | 'unusable' | 'diverged' | 'not-a-member';
  txn: string | null;
  prepared: string | null;
  /** The two superblocks. */
  slots: readonly string[];
  error: string | null;
}

const exits: Readonly<Record<State, ExitName | undefined>> = {
  ok: undefined,
  degraded: 'degraded',
  pending: 'pending',
  interrupted: 'pending',
  'out-of-sync': 'outOfSync',
  missing: 'outOfSync',
  damaged: 'outOfSync',
  diverged: 'outOfSync',
  empty: 'outOfSync',
};

/** Describes the copies of a group and says, as an exit code, whether it is whole: 0, `degraded`, `pending` or `outOfSync`. */
export async function verify(ctx: Context, full = false): Promise<{ verification: Verification; exit: number }> {
  const { copies, judgement } = await judgeCopies(ctx);
  const damage = await findDamage(ctx.store, judgement.atHead, full);
  const found = withDamage(judgement, damage);
  const envelope = ofThisGroup(ctx, await envelopeOf(ctx, found.atHead));
  const verification = describeCopies(ctx, copies, envelope ? inGroup(found, envelope) : found, damage, envelope, full);
  const exit = exits[verification.state];
  return { verification, exit: exit ? exitCodes[exit] : 0 };
}

/** A group that is still to take in what was handed over to it will have those members. */
function ofThisGroup({ devices }: Context, envelope: Envelope | undefined): Envelope | undefined {
  const leaving = envelope?.leaving;
  if (leaving?.group.id !== devices.group.id) return envelope;
  const pvs = Object.fromEntries(Object.entries(envelope?.pvs ?? {}).filter(([pv]) => leaving.pvs.includes(pv)));
  return envelope && { ...envelope, group: leaving.group, pvs };
}

/** @param envelope of the version that counts, when it could be read */
function describeCopies(
  { devices }: Context,
  copies: Copy[],
  j: Judgement,
  damage: Damage,
  envelope: Envelope | undefined,
  full: boolean,
): Verification {
  const missing = missingOf(devices, envelope);
  const absent = Object.keys(envelope?.absent ?? {}).filter((pv) => Object.hasOwn(envelope?.pvs ?? {}, pv));
  const isMoving = envelope?.leaving !== undefined || unfinishedRegions(devices.devices, envelope?.pvs ?? {}).size > 0;
  const state = stateOf(withoutAbsent(j, notCounted(envelope)), missing, absent, isMoving);
  const { name } = envelope?.group ?? devices.group;
  const isBack = absent.some((pv) => Object.hasOwn(devices.devices, pv));
  return {
    kind: 'verification',
    version: 1,
    group: envelope?.group ?? devices.group,
    state,
    seqno: envelope?.seqno ?? null,
    txn: j.head?.txn ?? null,
    full,
    missing,
    regions: copies.map((c) => finding(c, j, damage, envelope)),
    ...(state === 'diverged' ? { sides: j.diverged.map((side) => describeSide(side)) } : {}),
    problems: devices.problems,
    remedies: remediesOf(name, state, missing, j.diverged, copies.some(hasLostSlot) || isBack),
  };
}

function missingOf(devices: Context['devices'], envelope: Envelope | undefined): MissingFinding[] {
  if (!envelope)
    return Object.entries(devices.missing).map(([pv, { lastPath }]) => ({ pv, lastPath: lastPath ?? null, accepted: false }));
  const expected = notCounted(envelope);
  return Object.entries(envelope.pvs)
    .filter(([pv]) => !Object.hasOwn(devices.devices, pv))
    .map(([pv, { path }]) => ({ pv, lastPath: path, accepted: expected.includes(pv) }));
}

function stateOf(j: Judgement, missing: MissingFinding[], absent: string[], isMoving: boolean): State {
  if (j.diverged.length > 0) return 'diverged';
  if (!j.head) return j.unusable.every((c) => c.state === 'blank' || c.state === 'empty') ? 'empty' : 'damaged';
  if (j.atHead.length === 0) return 'damaged';
  if (missing.some((m) => !m.accepted)) return 'missing';
  if (j.behind.length + j.unusable.length > 0) return 'out-of-sync';
  if (j.toCommit.length + j.toAbort.length > 0 || isMoving) return 'interrupted';
  if (j.pending) return 'pending';
  return absent.length > 0 ? 'degraded' : 'ok';
}

function remediesOf(group: string, state: State, missing: MissingFinding[], sides: readonly Side[], more: boolean): Remedy[] {
  if (state === 'diverged')
    return sides.map((side) => ({
      does: `keep transaction ${side.root.txn}, give up the others`,
      command: keeping(group, side),
    }));
  const unaccepted = missing.filter((m) => !m.accepted).map((m) => m.pv);
  if (state === 'missing') return [{ does: 'go on without the missing devices', command: goingOnWithout(group, unaccepted) }];
  const mends = state === 'out-of-sync' || state === 'interrupted' || state === 'pending';
  return mends || (more && state !== 'damaged') ? [{ does: 'mend it', command: tmCommand(group, 'recover') }] : [];
}

/** What a torn or spoilt superblock leaves; the next change writes it anew. */
function hasLostSlot({ slots }: Copy): boolean {
  return slots.includes('damaged');
}

function finding(copy: Copy, j: Judgement, damage: Damage, envelope: Envelope | undefined): RegionFinding {
  const damaged = damage.get(copy);
  return {
    region: regionName(copy.region),
    pv: copy.pv,
    state: damaged ? 'damaged' : copy.state,
    standing: standing(copy, j, envelope),
    txn: copy.active?.txn ?? null,
    prepared: copy.shadow?.txn ?? null,
    slots: copy.slots,
    error: damaged?.message ?? copy.error ?? null,
  };
}

function standing(copy: Copy, j: Judgement, envelope: Envelope | undefined): RegionFinding['standing'] {
  if (envelope && !Object.hasOwn(envelope.pvs, copy.pv)) return 'not-a-member';
  if (j.unusable.includes(copy)) return 'unusable';
  if (j.behind.includes(copy)) return 'behind';
  if (j.toCommit.includes(copy)) return 'to-commit';
  if (j.toAbort.includes(copy)) return 'prepared';
  return j.atHead.includes(copy) ? 'current' : 'diverged';
}
