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
