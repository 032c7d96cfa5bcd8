import type { Draft } from './draft.js';
import type { Problems } from './problems.js';

/** Where running numbers begin: an `order` below it puts a state before all that have none. */
const firstNumber = 10_000;
const atEnd = 1_000_000;
const names = 10_000;

/**
 * The number of each draft: its `order`, else the running number of its declaration; `first` is 0, `last` and what is below 0 count
 * from the end; the k-th of `names` is k/10000 behind.
 */
export function orderNumbers(drafts: readonly Draft[], problems: Problems): Map<Draft, number> {
  const written = new Map(drafts.map((d) => [d, writtenOrder(d, problems)]));
  const whole = [...written.values()].filter((n) => typeof n === 'number' && Number.isInteger(n)).map(Number);
  const cap = whole.reduce((most, n) => Math.max(most, n), 0) + 100;
  return new Map([...written].map(([d, order]) => [d, numberOf(order, d.nameNumber, cap)]));
}

function numberOf(order: number | 'first' | 'last', nameNumber: number | undefined, cap: number): number {
  const own = (order === 'first' ? 0 : order === 'last' ? cap + atEnd : order) + (nameNumber ?? 0) / names;
  return own < 0 ? cap + atEnd + own : own;
}

function writtenOrder({ args, number, id }: Draft, problems: Problems): number | 'first' | 'last' {
  const order = args.get('order');
  if (!order) return firstNumber + number;
  const value = order.value.kind === 'scalar' ? order.value.value : null;
  if (value === 'first' || value === 'last' || (typeof value === 'number' && Math.abs(value) <= 1e12)) return value;
  problems.add(
    order.at,
    'bad-argument',
    `"order" of "${id}" is neither a number nor first nor last`,
    'write a number, first or last',
  );
  return firstNumber + number;
}
