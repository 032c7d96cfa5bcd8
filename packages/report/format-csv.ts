import { fail } from '#tool/errors.js';
import type { Unit } from './choices.js';
import { fieldValue, keyOf } from './format-json.js';
import type { Table } from './select.js';

/**
 * One table as CSV (RFC 4180, lines end in LF): the header has the keys of JSON, null is empty, a list is its entries
 * with spaces between.
 *
 * @throws DvmError `many-tables` (exit 64) when there is more than one table
 */
export function formatCsv(tables: readonly Table[], unit: Unit, headings: boolean): string {
  const [table, second] = tables;
  if (!table || second)
    throw fail('usage', 'many-tables', 'CSV holds one table, the report has several', { hint: 'choose one with --show or -o' });
  const lines = table.rows.map((row) => table.fields.map((f) => cell(fieldValue(f, row, unit))));
  if (headings) lines.unshift(table.fields.map((f) => keyOf(f, unit)));
  return lines.map((cells) => `${cells.join(',')}\n`).join('');
}

function cell(value: ReturnType<typeof fieldValue>): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
