import { type DvmError, fail } from '#tool/errors.js';
import { hasMessages, isPool, possibleTransactions, statusOf } from './pools.js';
import type { Device, Survey } from './survey.js';
import { thinId } from './tables.js';

/**
 * Pools that are to be changed must be fit for it, and be the pools that the metadata speaks of.
 *
 * @throws DvmError `pool-failed`, `pool-needs-check`, `pool-transaction` (exit 84), `device-in-use` (exit 83)
 */
export function checkPools(s: Survey): void {
  for (const d of s.devices) {
    if (isPool(d) && isUsed(d)) checkPool(d);
    refuseOtherContent(d);
  }
}

/** Something new is to stand on it, or it is to be told something, or to change itself. */
function isUsed(pool: Device): boolean {
  return pool.loads || hasMessages(pool) || pool.above.some((a) => a.loads);
}

function checkPool(pool: Device): void {
  const status = statusOf(pool);
  if (!status) return;
  const { mode, needsCheck, transaction } = status;
  if (mode === 'fail') throw refused(pool, 'pool-failed', 'has failed');
  if (needsCheck) throw refused(pool, 'pool-needs-check', 'wants its metadata checked');
  if (mode === 'read-only') throw refused(pool, 'pool-failed', 'is read-only');
  if (transaction !== undefined && !possibleTransactions(pool).includes(transaction)) throw otherTransaction(pool, transaction);
}

function refused({ name, now }: Device, code: string, state: string): DvmError {
  return fail('outOfSync', code, `thin pool "${name}" ${state}`, {
    hint: 'deactivate its volumes, then lv_repair makes its metadata anew (dvm repair GROUP/POOL)',
    details: { name, status: now?.status?.[0] ?? null },
  });
}

function otherTransaction(pool: Device, transaction: number): DvmError {
  const expected = possibleTransactions(pool);
  return fail(
    'outOfSync',
    'pool-transaction',
    `thin pool "${pool.name}" is at transaction ${transaction}, not ${expected.join(' or ')}`,
    {
      hint: 'its metadata is not of the version that the group has: nothing was sent to it; if it is to count all the same: deactivate it, then dvm repair GROUP/POOL',
      details: { name: pool.name, transaction, expected },
    },
  );
}

/** A thin volume that becomes another device of its pool has other content at once: nobody may have it open. */
function refuseOtherContent(d: Device): void {
  if (!d.now || !d.want || !d.loads) return;
  const [live, wanted] = [thinId(d.now.targets), thinId(d.want.targets)];
  if (live === undefined || wanted === undefined || live === wanted || d.now.openCount <= d.liveAbove.length) return;
  throw fail(
    'inUse',
    'device-in-use',
    `device "${d.name}" is in use, and is to go back to a snapshot: open count ${d.now.openCount}`,
    {
      hint: 'unmount it or stop what uses it, then try again',
      details: { name: d.name, uuid: d.uuid, openCount: d.now.openCount },
    },
  );
}
