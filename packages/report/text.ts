import type { Field, Value } from './field.js';
import { sizeText, type Unit } from './size.js';
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

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Names from disks may hold anything: nothing in them reaches the terminal as a command. */
export function printable(text: string): string {
  return text.replace(control, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
