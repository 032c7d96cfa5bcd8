import { fail } from '#tool/errors.js';
import type { Field, Value } from './field.js';
import { fieldNamed } from './fields.js';
import type { Filter } from './filter.js';
import { finest, firstOfEach, knows, rowsOf } from './rows.js';
import type { Section } from './sections.js';
import { compareText, type Row, type VgView } from './views.js';

/** What selects and orders the rows of every section. */
export interface Selection {
  filter?: Filter | undefined;
  sort: readonly SortKey[];
  /** Show hidden volumes too. */
  hidden: boolean;
}

export interface SortKey {
  field: Field;
  descending: boolean;
}

export interface Table extends Section {
  rows: readonly Row[];
}

/** The keys of `--sort`: `lv_size,-lv_name`. */
export function parseSort(words: readonly string[]): SortKey[] {
  const names = words.flatMap((w) => w.split(',')).filter((w) => w !== '');
  return names.map((word) => ({ field: fieldNamed(word.replace(/^[-+]/, '')), descending: word.startsWith('-') }));
}

/**
 * Fills the sections. One whose rows cannot tell a field of the filter is left out; a sort key orders the sections
 * that know it. A filter by a finer field keeps what has at least one such part.
 */
export function fillSections(groups: readonly VgView[], sections: readonly Section[], selection: Selection): Table[] {
  const { filter, sort } = selection;
  const asked = filter?.fields ?? [];
  const able = sections.filter((s) => finest([s.kind, ...asked.map((f) => f.kind)]));
  if (able.length === 0) throw stray('bad-filter', '--filter', asked);
  const lost = sort.filter((key) => !able.some((s) => knows(s.kind, key.field.kind)));
  if (lost.length > 0)
    throw stray(
      'bad-sort',
      '--sort',
      lost.map((key) => key.field),
    );
  return able.map((s) => ({ ...s, rows: selectRows(groups, s, selection) }));
}

function stray(code: string, option: string, fields: readonly Field[]) {
  const names = [...new Set(fields.map((f) => f.name))].join(', ');
  return fail('usage', code, `no row that is shown can tell what ${option} asks for: ${names}`, {
    hint: 'choose another --show',
  });
}

function selectRows(groups: readonly VgView[], section: Section, { filter, sort, hidden }: Selection): Row[] {
  const asked = finest([section.kind, ...(filter?.fields ?? []).map((f) => f.kind)]) ?? section.kind;
  const all = rowsOf(groups, asked, section.base, hidden);
  const passed = filter ? all.filter((row) => filter.passes(row)) : all;
  const rows = asked === section.kind ? passed : firstOfEach(passed, section.kind);
  return sortRows(
    rows,
    sort.filter((key) => knows(section.kind, key.field.kind)),
  );
}

/** Sorted by the keys, else in the order given (names); what is unknown comes last. */
function sortRows(rows: Row[], keys: readonly SortKey[]): Row[] {
  if (keys.length === 0) return rows;
  const decorated = rows.map((row) => ({ row, values: keys.map((k) => k.field.value(row)) }));
  decorated.sort((a, b) => {
    for (let i = 0; i < keys.length; i++) {
      const order = compareValues(a.values[i] ?? null, b.values[i] ?? null, keys[i]?.descending === true);
      if (order !== 0) return order;
    }
    return 0;
  });
  return decorated.map((d) => d.row);
}

function compareValues(a: Value, b: Value, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));
  return descending ? -order : order;
}
