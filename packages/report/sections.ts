import { fail } from '#tool/errors.js';
import { type Kind, kinds, type Show } from './choices.js';
import type { Field } from './field.js';
import { fieldNamed, fieldsOf, usualFields } from './fields.js';
import { finest } from './rows.js';

/** One table of a report before its rows. */
export interface Section {
  /** What it is about. */
  base: Kind;
  /** What it has a row for: `base`, or finer when a field is. */
  kind: Kind;
  fields: readonly Field[];
}

/**
 * The sections of a report.
 *
 * One kind asked for: one section, whose fields may also be of coarser kinds, or of a finer one, which then gives a row
 * each. `all` and `summary`: one section a kind, and each field goes to the section of its kind. Nothing asked for: one
 * section when `-o` lists fields, else the summary.
 *
 * @param show undefined when the user did not say
 * @param words the values of `-o`: `a,b` replaces, `+a,b` adds, `all` is every field
 */
export function planSections(show: Show | undefined, words: readonly string[]): Section[] {
  const replaced = words.filter((w) => !w.startsWith('+')).flatMap(split);
  const added = words.filter((w) => w.startsWith('+')).flatMap((w) => split(w.slice(1)));
  const named = replaced.filter((n) => n !== 'all').map((n) => fieldNamed(n));
  if (show === undefined && named.length > 0) return [oneSection(kindOf(named), replaced, added)];
  if (show === undefined || show === 'all' || show === 'summary') return manySections(show ?? 'summary', replaced, added);
  return [oneSection(show, replaced, added)];
}

function split(words: string): string[] {
  return words
    .split(',')
    .map((w) => w.trim())
    .filter((w) => w !== '');
}

function oneSection(base: Kind, replaced: readonly string[], added: readonly string[]): Section {
  const names = [...(replaced.length > 0 ? replaced : usualFields[base]), ...added];
  const fields = unique(names.flatMap((n) => (n === 'all' ? fieldsOf[base] : [fieldNamed(n)])));
  return { base, kind: kindOf(fields, base), fields };
}

function manySections(show: 'all' | 'summary', replaced: readonly string[], added: readonly string[]): Section[] {
  const bases: readonly Kind[] = show === 'all' ? kinds : kinds.filter((k) => k !== 'seg');
  const chosen = [...replaced, ...added].filter((n) => n !== 'all').map((n) => fieldNamed(n));
  const stray = chosen.find((f) => !bases.includes(f.kind));
  if (stray)
    throw fail('usage', 'bad-fields', `"${stray.name}" is a field of segments, which are not shown`, { hint: 'add --show all' });
  return bases
    .map((base) => ({ base, kind: base, fields: sectionFields(base, replaced, [...replaced, ...added]) }))
    .filter((s) => s.fields.length > 0);
}

function sectionFields(base: Kind, replaced: readonly string[], names: readonly string[]): Field[] {
  const usual = replaced.length > 0 ? [] : usualFields[base].map((n) => fieldNamed(n));
  const own = names.flatMap((n) => (n === 'all' ? fieldsOf[base] : [fieldNamed(n)].filter((f) => f.kind === base)));
  return unique([...usual, ...own]);
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/**
 * The kind whose rows know all the fields.
 *
 * @param base what the rows are about, when it was asked for
 */
function kindOf(fields: readonly Field[], base?: Kind): Kind {
  const kind = finest([...(base ? [base] : []), ...fields.map((f) => f.kind)]);
  if (kind) return kind;
  const ofPvs = fields.filter((f) => f.kind === 'pv').map((f) => f.name);
  const ofVolumes = fields.filter((f) => f.kind === 'lv' || f.kind === 'seg').map((f) => f.name);
  const clash =
    ofPvs.length === 0
      ? `fields of volumes (${ofVolumes.join(', ')}) are not in rows of PVs`
      : `fields of PVs (${ofPvs.join(', ')}) and of volumes (${ofVolumes.join(', ') || base}) do not share a row`;
  throw fail('usage', 'bad-fields', clash, { hint: 'use --show all, or "devices" of segments' });
}
