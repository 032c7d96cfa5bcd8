import type { Group } from '#documents/group.js';
import { BLOCK } from '#documents/layout.js';
import { renderRecord } from '#documents/record.js';
import { type Region, regionName } from '#documents/regions.js';
import { type DvmError, fail } from '#tool/errors.js';
import { asDvmError } from '#tool/invoke.js';
import type { PhaseSession } from '#tool/programs.js';
import { shellWord } from '#tool/shell.js';
import { formatSize } from '#tool/units.js';
import { type Activation, isEmpty, type PlanView } from './activation.js';
import { aboutFailing, tmCommand } from './hints.js';
import { phase1Refused } from './refusal.js';
import type { Store } from './store.js';

/** One change of a group, decided; what is left is to carry it out. */
export interface Change {
  next: Group;
  /** Regions that take the new version. */
  regions: Region[];
  /** Undefined: the metadata only. */
  plan: PlanView | undefined;
  /** May use the blocks that are kept for growing the regions. */
  urgent: boolean;
}

/**
 * Two-phase commit of metadata with device-mapper:
 *
 *     prepare ──▶ phase 1 ──▶ commit ──▶ phase 2 ──▶ mark cleared
 *        │           │           │          └─ fails: committed and pending; tm recover finishes
 *        │           │           └─ on no region: as phase 1 · on some: committed, degraded
 *        └───────────┴─ fails: abort program, regions aborted; nothing has changed
 *
 * @returns the regions that did not take the commit (empty, as a rule)
 * @throws DvmError `activation-failed` (exit 89) before the commit, `activation-pending` (exit 86) after it
 */
export async function transact(store: Store, activation: Activation | undefined, change: Change): Promise<Region[]> {
  const { txn, parent, time } = change.next.envelope;
  const mark = change.plan !== undefined && change.plan.phases.phase2.length > 0;
  const content = renderRecord(change.next.envelope, change.next.metadata);
  const session = await startSession(activation, change.plan);
  try {
    await prepare(store, change, content, { txn, parent, time: Date.parse(time), mark, urgent: change.urgent });
    await phase1(store, session, change);
    const unflipped = await commit(store, session, change);
    await phase2(session, change);
    if (mark) await store.clearMark(without(change.regions, unflipped), txn);
    return unflipped;
  } finally {
    await session?.end();
  }
}

function without(regions: Region[], others: Region[]): Region[] {
  const names = new Set(others.map(regionName));
  return regions.filter((r) => !names.has(regionName(r)));
}

/** dmexec is started, with its plan read and its memory locked, before anything is written. */
async function startSession(activation: Activation | undefined, plan: PlanView | undefined): Promise<PhaseSession | undefined> {
  return plan === undefined || isEmpty(plan) ? undefined : activation?.start(plan);
}

type Prepared = Parameters<Store['prepare']>[2];

async function prepare(store: Store, change: Change, content: Buffer, transaction: Prepared): Promise<void> {
  try {
    await store.prepare(change.regions, content, transaction);
  } catch (e) {
    throw await rolledBack(withHint(asDvmError(e), change.next), store, undefined, change);
  }
}

/** The replicator's own hints tell what to do by hand. */
function withHint(e: DvmError, { envelope, devices }: Group): DvmError {
  const { name } = envelope.group;
  const hint =
    e.code === 'region-full' ? growthHint(e, name) : e.code === 'prepare-failed' ? withoutHint(e, name, devices) : e.hint;
  return fail(e.exit, e.code, e.message, { ...(hint === undefined ? {} : { hint }), details: e.details, cause: e });
}

function withoutHint({ details }: DvmError, group: string, devices: Group['devices']): string {
  const paths = (details as { region: Region }[]).map((f) => f.region.path);
  const pvs = Object.keys(devices).filter((pv) => paths.includes(devices[pv]?.path ?? ''));
  return aboutFailing(group, pvs);
}

function growthHint({ details }: DvmError, group: string): string {
  const { blocks = 0, needBlocks = 0 } = (details ?? {}) as { blocks?: number; needBlocks?: number };
  const size = formatSize((blocks + Math.max(blocks, 2 * needBlocks)) * BLOCK);
  return `grow the regions: discover ${shellWord(group)} | tm regions grow ${shellWord(group)} --size ${size}`;
}

async function phase1(store: Store, session: PhaseSession | undefined, change: Change): Promise<void> {
  if (!session || change.plan?.phases.phase1.length === 0) return;
  const failed = await failure(session, 'phase1');
  if (!failed) return;
  const error = phase1Refused('device-mapper refused the change before the commit', failed);
  throw await rolledBack(error, store, session, change);
}

async function commit(store: Store, session: PhaseSession | undefined, change: Change): Promise<Region[]> {
  const { txn } = change.next.envelope;
  const { done, failed } = await store.commit(change.regions, txn);
  if (done.length > 0) return failed.map((f) => f.region);
  const details = failed.map((f) => ({ region: regionName(f.region), error: f.error.message }));
  if (await anyFlipped(store, txn))
    throw fail('pending', 'commit-unknown', 'the commit reached the devices only in part', {
      hint: toFinish(change.next),
      details,
    });
  const error = fail('io', 'commit-failed', 'no region took the commit', { details });
  throw await rolledBack(error, store, session, change);
}

/** A write that failed may still have reached the device: the superblocks say. Unreadable counts as flipped. */
async function anyFlipped(store: Store, txn: string): Promise<boolean> {
  const copies = await store.copies();
  return copies.some((c) => c.state === 'unreadable' || c.active?.txn === txn);
}

async function phase2(session: PhaseSession | undefined, change: Change): Promise<void> {
  if (!session || change.plan?.phases.phase2.length === 0) return;
  const failed = await failure(session, 'phase2');
  if (!failed) return;
  throw fail('pending', 'activation-pending', 'the change is committed, but device-mapper refused a part of its activation', {
    hint: toFinish(change.next),
    details: failed,
  });
}

/** What went wrong in a phase, as JSON; undefined when it worked. */
async function failure(session: PhaseSession, phase: 'phase1' | 'phase2' | 'abort'): Promise<object | undefined> {
  try {
    const result = await session.run(phase);
    return result.exit === 0 ? undefined : { result };
  } catch (e) {
    return { error: asDvmError(e).toJSON() };
  }
}

/** Undoes phase 1 and the preparation. If that fails too, the error keeps both. */
async function rolledBack(
  error: DvmError,
  store: Store,
  session: PhaseSession | undefined,
  { next, regions }: Change,
): Promise<DvmError> {
  const device = session ? await failure(session, 'abort') : undefined;
  const aborted = await store.abort(regions, next.envelope.txn);
  if (!device && aborted.failed.length === 0) return unchanged(error);
  const undone = {
    devices: device ?? null,
    regions: aborted.failed.map((f) => ({ region: regionName(f.region), error: f.error.message })),
  };
  return fail('pending', 'rollback-failed', `${error.message}; undoing it failed too`, {
    hint: toFinish(next),
    details: { error: error.toJSON(), rollback: undone },
    cause: error,
  });
}

function toFinish({ envelope }: Group): string {
  return `to finish it: ${tmCommand(envelope.group.name, 'recover')}`;
}

function unchanged({ exit, code, message, hint, details, cause }: DvmError): DvmError {
  return fail(exit, code, `${message}; nothing was changed`, { ...(hint === undefined ? {} : { hint }), details, cause });
}
