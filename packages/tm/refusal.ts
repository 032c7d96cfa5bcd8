import { type DvmError, fail } from '#tool/errors.js';

/** What is read of a result of dmexec: its instructions that failed, and what the program says of why. */
interface Refused {
  result?: { trace?: unknown; result?: { refused?: RefusedPool } };
}

/** What a plan says of a thin pool that came up at another transaction (docs/formats/plan.md). */
interface RefusedPool {
  pool?: unknown;
  transactions?: unknown;
  status?: unknown;
}

/**
 * The error for a phase 1 that device-mapper refused; it has been undone, or is about to be.
 *
 * @param details the result of dmexec, or why there is none
 * @returns `no-key` (exit 80) where an encrypted volume could not come up for want of its key, `pool-transaction` (exit 84) where a thin
 *   pool is not the one that the metadata speaks of, else `activation-failed` (exit 89)
 */
export function phase1Refused(message: string, details: object): DvmError {
  return withoutKey(details) ?? otherTransaction(details) ?? fail('aborted', 'activation-failed', message, { details });
}

/** A table was refused with ENOKEY. */
function withoutKey(details: Refused): DvmError | undefined {
  const { trace } = details.result ?? {};
  const steps = Array.isArray(trace) ? (trace as { error?: unknown; name?: unknown }[]) : [];
  const device = steps.find((s) => s.error === 'ENOKEY')?.name;
  if (device === undefined) return undefined;
  return fail('notFound', 'no-key', `key of encrypted device "${device}" is not in the keyring of the kernel`, {
    hint: 'put it there first, as root, under the description that the volume has: keyctl padd logon DESCRIPTION @u',
    details,
  });
}

function otherTransaction(details: Refused): DvmError | undefined {
  const { pool, transactions, status } = details.result?.result?.refused ?? {};
  if (typeof pool !== 'string' || !Array.isArray(transactions)) return undefined;
  const [target] = Array.isArray(status) ? (status as { args?: unknown }[]) : [];
  const at = /^\d+/.exec(String(target?.args))?.[0] ?? 'another';
  if (transactions.map(String).includes(at)) return undefined; // it was asked in vain
  return fail('outOfSync', 'pool-transaction', `thin pool "${pool}" is at transaction ${at}, not ${transactions.join(' or ')}`, {
    hint: 'its metadata is not of the version that the group has; if it is to count all the same: dvm repair GROUP/POOL',
    details,
  });
}
