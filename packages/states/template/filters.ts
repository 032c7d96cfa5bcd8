import { canonical, type Json } from '#tool/json.js';
import { TemplateError } from './expression.js';
import { type Budget, isMap, list, mistyped, text } from './values.js';

type Filter = (value: Json, args: readonly Json[], budget: Budget) => Json;

/** By name; `default` is the evaluator's own. */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['lower', onText((s) => s.toLowerCase())],
  ['upper', onText((s) => s.toUpperCase())],
  ['trim', onText((s) => s.trim())],
  ['replace', (value, [from, to], budget) => replaced(asText(value), asText(from), asText(to), budget)],
  ['split', (value, [by]) => asText(value).split(by === undefined ? /\s+/ : text(by, 'what is split by'))],
  [
    'join',
    (value, [by], budget) =>
      spent(
        list(value, 'what is joined')
          .map(asText)
          .join(by === undefined ? '' : asText(by)),
        budget,
      ),
  ],
  ['length', length],
  ['keys', (value) => Object.keys(map(value))],
  ['values', (value) => Object.values(map(value))],
  ['first', (value) => present(list(value, 'what has a first')[0])],
  ['last', (value) => present(list(value, 'what has a last').at(-1))],
  ['sort', (value, _, budget) => sorted(list(value, 'what is sorted'), budget)],
  ['unique', (value, _, budget) => unique(list(value, 'what is made unique'), budget)],
  ['int', (value) => whole(value)],
  ['string', (value) => asText(value)],
  ['json', (value, _, budget) => spent(canonical(value), budget)],
]);

function onText(change: (s: string) => string): Filter {
  return (value, _, budget) => spent(change(asText(value)), budget);
}

/** Text, and what is written as one in a template. */
function asText(value: Json | undefined): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return text(value ?? null, 'what is taken for text');
}

function spent(made: string, budget: Budget): string {
  budget.spend(made.length);
  return made;
}

/** What it grows to is known, and paid for, before it is made. */
function replaced(whole: string, from: string, to: string, budget: Budget): string {
  if (from === '') throw new TemplateError('bad-value', 'what is replaced is an empty text', 'say what is to be replaced');
  const parts = whole.split(from);
  budget.spend(whole.length + parts.length * to.length);
  return parts.join(to);
}

function length(value: Json): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return Object.keys(map(value)).length;
}

function map(value: Json): { [key: string]: Json } {
  if (isMap(value)) return value;
  throw mistyped('what has keys', value, 'a map');
}

function present(value: Json | undefined): Json {
  if (value !== undefined) return value;
  throw new TemplateError('no-value', 'an empty list has no first and no last', 'add | default(…), or $if');
}

function sorted(values: readonly Json[], budget: Budget): Json[] {
  budget.spend(values.length);
  if (values.every((v) => typeof v === 'number')) return values.toSorted((a, b) => a - b);
  return values.map((v) => text(v, 'what is sorted')).sort();
}

function unique(values: readonly Json[], budget: Budget): Json[] {
  budget.spend(values.length);
  return [...new Map(values.map((v) => [canonical(v), v])).values()];
}

function whole(value: Json): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number) && Number.isSafeInteger(Math.trunc(number)))
    return Math.trunc(number);
  throw mistyped('what is made a whole number', value, 'a number');
}
