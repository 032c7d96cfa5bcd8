import { mapParallel } from '#blockdev/parallel.js';
import type { Region } from '#documents/regions.js';
import { type DvmError, fail } from '#tool/errors.js';
import type { Superblock } from './format/superblock.js';
import type { OpenRegion } from './region/open-region.js';
import { PARALLEL, type RegionSet, setStatus } from './region-set.js';
import { groupByState, outOfSync, type RegionStatus } from './sync.js';

/** What became of each region. `failed` is not empty when devices failed on the way; the caller judges. */
export interface Outcome {
  /** Changed now. */
  done: Region[];
  /** Was so already. */
  already: Region[];
  failed: { region: Region; error: DvmError }[];
}

type Verdict = 'todo' | 'already' | 'refuse';
type NextSuperblock = Omit<Superblock, 'sequence'>;

/**
 * Makes the prepared version the active one: one superblock write a region. Regions that have it active already are
 * left as they are, so a commit that was cut short can be repeated.
 *
 * @throws DvmError `out-of-sync` (84) or `not-prepared` (80) before anything is written
 */
export async function commitIn(set: RegionSet, txn: string): Promise<Outcome> {
  const verdicts = setStatus(set).map((s): Verdict => {
    if (s.shadow?.txn === txn) return 'todo';
    return s.active?.txn === txn && !s.shadow ? 'already' : 'refuse';
  });
  return flip(set, verdicts, txn, ({ shadow, ...s }) =>
    shadow ? { ...s, active: shadow.root, history: shadow.history, mark: shadow.mark, shadow: undefined } : undefined,
  );
}

/**
 * Drops the prepared version. Regions where it is not prepared are left as they are.
 *
 * @throws DvmError `out-of-sync` (84), `already-prepared` (86: by another transaction), `already-committed` (86)
 *   before anything is written
 */
export async function abortIn(set: RegionSet, txn: string): Promise<Outcome> {
  const statuses = setStatus(set);
  if (statuses.some((s) => s.active?.txn === txn)) throw alreadyCommitted(txn);
  const verdicts = statuses.map((s): Verdict => {
    if (s.shadow?.txn === txn) return 'todo';
    return s.active && !s.shadow ? 'already' : 'refuse';
  });
  return flip(set, verdicts, txn, (s) => (s.shadow ? { ...s, shadow: undefined } : undefined));
}

/**
 * Clears the mark of pending activation of the active version: one superblock write, not flushed, because a mark
 * that comes back costs a needless check and nothing else.
 *
 * @throws DvmError `out-of-sync` (84) before anything is written
 */
export async function clearMarkIn(set: RegionSet, txn: string): Promise<Outcome> {
  const verdicts = setStatus(set).map((s): Verdict => {
    if (s.active?.txn !== txn) return 'refuse';
    return s.mark ? 'todo' : 'already';
  });
  return flip(set, verdicts, txn, (s) => (s.mark ? { ...s, mark: false } : undefined), { durable: false });
}

/** Writes each region's superblock once more, over the older one, which is damaged. */
export async function rewriteIn(set: RegionSet): Promise<Outcome> {
  return collect(set.members, async (of) => {
    await flipOne(of, (s) => s, { durable: true });
    return 'done';
  });
}

/** Writes one superblock to each region that has to change; failures are collected, not thrown. */
async function flip(
  set: RegionSet,
  verdicts: readonly Verdict[],
  txn: string,
  next: (s: Superblock) => NextSuperblock | undefined,
  options = { durable: true },
): Promise<Outcome> {
  if (verdicts.includes('refuse')) throw refusal(setStatus(set), txn);
  return collect(set.members, async (of, i) => {
    await flipOne(of, next, options);
    return verdicts[i] === 'todo' ? 'done' : 'already';
  });
}

/** Acts on each region; failures of devices are collected, not thrown. Regions come back in their own order. */
export async function collect(
  members: readonly OpenRegion[],
  act: (of: OpenRegion, index: number) => Promise<'done' | 'already'>,
): Promise<Outcome> {
  const results = await mapParallel(members, PARALLEL, async (of, i) => {
    try {
      return await act(of, i);
    } catch (e) {
      if (of.failure) return of.failure;
      throw e;
    }
  });
  const outcome: Outcome = { done: [], already: [], failed: [] };
  members.forEach(({ region }, i) => {
    const result = results[i] as 'done' | 'already' | DvmError;
    if (result instanceof Error) outcome.failed.push({ region, error: result });
    else outcome[result].push(region);
  });
  return outcome;
}

/** A superblock that is as wanted already may lack the flush of its writer. */
async function flipOne(
  of: OpenRegion,
  next: (s: Superblock) => NextSuperblock | undefined,
  options: { durable: boolean },
): Promise<void> {
  const superblock = of.superblock && next(of.superblock);
  if (superblock) await of.writeSuperblock(superblock, options);
  else if (options.durable) await of.flush();
}

function refusal(statuses: RegionStatus[], txn: string): DvmError {
  const groups = groupByState(statuses);
  const only = statuses[0];
  if (groups.length > 1 || !only) return outOfSync(groups);
  if (only.error) return only.error;
  if (only.shadow)
    return fail('pending', 'already-prepared', `regions are prepared for "${only.shadow.txn}", not for "${txn}"`, {
      hint: 'name that transaction',
    });
  return fail('notFound', 'not-prepared', `version "${txn}" is not prepared: the regions are ${describe(only)}`);
}

function describe(s: RegionStatus): string {
  return s.active && s.state === 'active' ? `at "${s.active.txn}"` : s.state;
}

function alreadyCommitted(txn: string): DvmError {
  return fail('pending', 'already-committed', `version "${txn}" is active in at least one region and cannot be aborted`, {
    hint: 'commit it in the others (tm recover)',
  });
}

/**
 * For callers that cannot go on with some regions only.
 *
 * @param what was to be done to the regions: `committed`
 * @throws DvmError `partly-done` (exit 85) when some regions changed and others failed, else the first region's error
 */
export function requireAll(outcome: Outcome, what: string): Outcome {
  const [first] = outcome.failed;
  if (!first) return outcome;
  const good = outcome.done.length + outcome.already.length;
  const details = { ...outcome, failed: outcome.failed.map((f) => ({ region: f.region, ...f.error.toJSON() })) };
  if (good === 0) throw fail(first.error.exit, first.error.code, first.error.message, { details, cause: first.error });
  throw fail('degraded', 'partly-done', `${good} regions are ${what}, ${details.failed.length} failed: ${first.error.message}`, {
    hint: 'repeat it with the regions that work, or let tm recover judge',
    details,
    cause: first.error,
  });
}
