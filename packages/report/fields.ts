import { fail } from '#tool/errors.js';
import type { Kind } from './choices.js';
import type { Field } from './field.js';
import { cacheTable } from './fields-cache.js';
import { cloneTable } from './fields-clone.js';
import { integrityTable } from './fields-integrity.js';
import { lvTable } from './fields-lv.js';
import { pvTable } from './fields-pv.js';
import { raidTable } from './fields-raid.js';
import { segTable } from './fields-seg.js';
import { thinTable } from './fields-thin.js';
import { vgTable } from './fields-vg.js';

/** Every field of every kind, in the order in which `-o all` shows them. */
export const fieldsOf: Readonly<Record<Kind, readonly Field[]>> = {
  vg: vgTable,
  pv: pvTable,
  lv: [...lvTable, ...raidTable, ...thinTable, ...cacheTable, ...cloneTable, ...integrityTable],
  seg: segTable,
};

const byName = new Map(Object.values(fieldsOf).flatMap((table) => table.map((f) => [f.name, f] as const)));

/** What is shown without `-o`. */
export const usualFields: Readonly<Record<Kind, readonly string[]>> = {
  vg: ['vg_name', 'pv_count', 'lv_count', 'vg_attr', 'vg_size', 'vg_free'],
  pv: ['pv_name', 'vg_name', 'pv_attr', 'pv_size', 'pv_free'],
  lv: ['lv_name', 'vg_name', 'lv_attr', 'lv_size', 'lv_layout', 'lv_active'],
  seg: ['lv_name', 'vg_name', 'seg_start', 'seg_size', 'segtype', 'stripes', 'devices'],
};

/**
 * The field of a name; `where` goes in front of the error's message.
 *
 * @throws DvmError `unknown-field` (exit 64), with the nearest names as a hint
 */
export function fieldNamed(name: string, where = ''): Field {
  const field = byName.get(name);
  if (field) return field;
  const near = nearest(name);
  throw fail('usage', 'unknown-field', `${where}"${name}" is not a field of a report`, {
    hint: near.length > 0 ? `did you mean ${near.join(', ')}?` : 'docs/tools/report.md lists them',
  });
}

/** Names that share an end or a part with the word: `size` finds `lv_size`. */
function nearest(word: string): string[] {
  const names = [...byName.keys()];
  const ends = names.filter((n) => n.endsWith(`_${word}`));
  return (ends.length > 0 ? ends : names.filter((n) => word.length > 2 && n.includes(word))).slice(0, 8);
}
