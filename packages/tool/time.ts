import { fail } from './errors.js';

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds since 1970 of a time as given on the command line (RFC 3339).
 *
 * @throws DvmError `bad-time` (exit 64)
 */
export function parseTime(text: string): number {
  const time = form.test(text) ? Date.parse(text) : Number.NaN;
  if (!(time >= 0)) throw fail('usage', 'bad-time', `time "${text}" is not of the form 2026-01-31T12:00:00Z`);
  return time;
}

const unitsOfTime = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a span of time as given on the command line: `30s`, `500ms`, `2m`, `1h`, or seconds without a unit.
 *
 * @throws DvmError `bad-span` (exit 64)
 */
export function parseSpan(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9})(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === undefined) throw fail('usage', 'bad-span', `"${text}" is no span of time such as 30s, 2m or 500ms`);
  return Number(number) * unitsOfTime[unit as keyof typeof unitsOfTime];
}
