import { fail } from '#tool/errors.js';
import type { RegionStatus } from './sync.js';

/** A transaction id as given on the command line. */
export function txnFlag(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[0-9a-f]{32}$/.test(text))
    throw fail('usage', 'bad-txn', `transaction id "${text}" is not 32 hexadecimal digits in lower case`);
  return text;
}

/**
 * The one transaction that is prepared in any of the regions.
 *
 * @throws DvmError `not-prepared` (80), `several-prepared` (84)
 */
export function preparedTxn(statuses: readonly RegionStatus[]): string {
  const txns = [...new Set(statuses.flatMap((s) => (s.shadow ? [s.shadow.txn] : [])))];
  const [only, other] = txns;
  if (only === undefined)
    throw fail('notFound', 'not-prepared', 'nothing is prepared in these regions', {
      hint: 'name the transaction with --txn to repeat it',
    });
  if (other !== undefined)
    throw fail('outOfSync', 'several-prepared', `${txns.length} transactions are prepared in these regions`, {
      hint: 'name one with --txn, and the regions that have it',
      details: { txns },
    });
  return only;
}
