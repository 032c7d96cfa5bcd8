import type { Unit } from './choices.js';
import type { Field, Value } from './field.js';
import type { Table } from './select.js';
import { sizeNumber, unitWord } from './size.js';
import { compareText, type Row } from './views.js';

/** The name of a field's value in JSON and CSV; that of a size carries its unit. */
export function keyOf(field: Field, unit: Unit): string {
  return field.type === 'size' ? `${field.name}_${unitWord[unit]}` : field.name;
}

/** The value in JSON and CSV: sizes in the unit, the rest as it is. */
export function fieldValue(field: Field, row: Row, unit: Unit): Value {
  const value = field.value(row);
  return field.type === 'size' && typeof value === 'number' ? sizeNumber(value, unit) : value;
}

/** A `report` document: sorted keys, one row a line; the same for the same input. */
export function formatJson(tables: readonly Table[], unit: Unit): string {
  const members: Member[] = tables.map((t) => ({ key: t.base, text: list(t.rows.map(rowWriter(rowMembers(t.fields, unit)))) }));
  members.push({ key: 'kind', text: '"report"' }, { key: 'version', text: '1' });
  return `{${members
    .sort(byKey)
    .map((m) => `"${m.key}":${m.text}`)
    .join(',\n')}}\n`;
}

interface Member {
  key: string;
  text: string;
}

function list(rows: readonly string[]): string {
  return rows.length === 0 ? '[]' : `[\n${rows.join(',\n')}\n]`;
}

/** One row a line, each with the kind of its section as `row`. */
export function formatNdjson(tables: readonly Table[], unit: Unit): string {
  let text = '';
  for (const t of tables) {
    const write = rowWriter([...rowMembers(t.fields, unit), { key: 'row', text: () => `"${t.base}"` }]);
    for (const row of t.rows) text += `${write(row)}\n`;
  }
  return text;
}

interface RowMember {
  key: string;
  text(row: Row): string;
}

function rowMembers(fields: readonly Field[], unit: Unit): RowMember[] {
  return fields.map((field) => ({ key: keyOf(field, unit), text: (row) => JSON.stringify(fieldValue(field, row, unit)) }));
}

/** Keys are sorted and quoted once, not for every row. */
function rowWriter(members: RowMember[]): (row: Row) => string {
  const parts = members.sort(byKey).map((m, i) => ({ head: `${i === 0 ? '' : ','}"${m.key}":`, text: m.text }));
  return (row) => {
    let text = '{';
    for (const part of parts) text += part.head + part.text(row);
    return `${text}}`;
  };
}

function byKey(a: { key: string }, b: { key: string }): number {
  return compareText(a.key, b.key);
}
