import { printable } from '#tool/printable.js';
import type { Unit } from './choices.js';
import type { Field, Value } from './field.js';
import { sizeText } from './size.js';
import type { Row } from './views.js';

/** A value as tables and trees show it: nothing is `-`, an unknown boolean `unknown`. */
export function shownValue(field: Field, row: Row, unit: Unit): string {
  const value = field.value(row);
  if (field.name === 'pv_name' && value === null && row.pv) return printable(row.pv.label);
  if (field.name === 'lv_name' && row.lv?.lv.hidden) return printable(`[${row.lv.lv.name}]`);
  if (field.type === 'boolean') return value === null ? 'unknown' : value ? 'yes' : 'no';
  if (field.type === 'size' && typeof value === 'number') return sizeText(value, unit);
  return plain(value);
}

function plain(value: Value): string {
  const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
  return text === '' ? '-' : printable(text);
}
