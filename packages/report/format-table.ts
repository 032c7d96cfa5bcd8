import type { Unit } from './choices.js';
import type { Table } from './select.js';
import { shownValue } from './text.js';

export interface TableOptions {
  unit: Unit;
  headings: boolean;
}

/** Columns for people, a blank line between tables. Numbers and sizes stand right. */
export function formatTables(tables: readonly Table[], options: TableOptions): string {
  const shown = tables.filter((t) => t.rows.length > 0 || tables.length === 1);
  return shown.map((t) => formatTable(t, options)).join('\n');
}

function formatTable({ fields, rows }: Table, { unit, headings }: TableOptions): string {
  const columns = fields.map((field) => {
    const cells = rows.map((row) => shownValue(field, row, unit));
    if (headings) cells.unshift(field.heading);
    const width = cells.reduce((w, c) => Math.max(w, [...c].length), 0);
    const right = field.type === 'size' || field.type === 'count';
    return cells.map((c) => pad(c, width, right));
  });
  const count = rows.length + (headings ? 1 : 0);
  let text = '';
  for (let i = 0; i < count; i++)
    text += `${columns
      .map((c) => c[i])
      .join('  ')
      .trimEnd()}\n`;
  return text;
}

function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - [...cell].length);
  return right ? space + cell : cell + space;
}
