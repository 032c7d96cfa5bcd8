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
    const write = rowWriter([...rowMembers(t.fields, unit), { key: 'row', value: () => t.base }]);
    for (const row of t.rows) text += `${write(row)}\n`;
  }
  return text;
}

interface RowMember {
  key: string;
  value(row: Row): Value;
}

function rowMembers(fields: readonly Field[], unit: Unit): RowMember[] {
  return fields.map((field) => ({ key: keyOf(field, unit), value: (row) => fieldValue(field, row, unit) }));
}

/** Keys are sorted once, not for every row. One call of `JSON.stringify` a row takes half the time of one a value. */
function rowWriter(members: RowMember[]): (row: Row) => string {
  const sorted = members.toSorted(byKey);
  return (row) => {
    const out: Record<string, Value> = {};
    for (const { key, value } of sorted) out[key] = value(row);
    return JSON.stringify(out);
  };
}

function byKey(a: { key: string }, b: { key: string }): number {
  return compareText(a.key, b.key);
}
