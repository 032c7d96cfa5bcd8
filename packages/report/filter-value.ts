import { DvmError } from '#tool/errors.js';
import { parseSize } from '#tool/units.js';
import type { Field, FieldType, Value } from './field.js';
import { badFilter, type Token } from './filter-scan.js';

export type Comparison = (value: Value) => boolean;
type Scalar = Exclude<Value, readonly string[]>;

const ordered: Record<string, (a: string | number, b: string | number) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/**
 * The test of `field operator value`. A list passes when one of its entries does, `!=` and `!~` when none equals or
 * matches; an empty list is null. Null (unknown) equals only `null`, matches nothing, is neither less nor greater.
 */
export function comparison(field: Field, operator: Token, value: Token): Comparison {
  const { text } = operator;
  const negative = text === '!=' || text === '!~';
  const one = text.endsWith('~') ? matching(field, operator, value) : comparing(field, operator, value);
  const each: Comparison = (v) => (isList(v) ? (v.length === 0 ? one(null) : v.some(one)) : one(v));
  return negative ? (v) => !each(v) : each;
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}

function matching(field: Field, operator: Token, value: Token): (v: Scalar) => boolean {
  if (field.type !== 'string' && field.type !== 'list')
    throw badFilter(operator.at, `"${field.name}" is a ${field.type}, "${operator.text}" needs a text`);
  const pattern = expression(value);
  return (v) => typeof v === 'string' && pattern.test(v);
}

function expression(value: Token): RegExp {
  try {
    return new RegExp(value.text, 'u');
  } catch (e) {
    throw badFilter(value.at, (e as Error).message.replace(/^I/, 'i'));
  }
}

function comparing(field: Field, operator: Token, value: Token): (v: Scalar) => boolean {
  const wanted = readValue(field.type, value);
  if (operator.text === '=' || operator.text === '!=') return (v) => v === wanted;
  const order = ordered[operator.text];
  if (!order) throw badFilter(operator.at, `"${operator.text}" does not compare`);
  if (wanted === null || typeof wanted === 'boolean')
    throw badFilter(operator.at, `"${operator.text}" does not go with ${value.text}`);
  return (v) => typeof v === typeof wanted && order(v as string | number, wanted);
}

const booleans: Record<string, boolean | undefined> = { true: true, yes: true, false: false, no: false };

function readValue(type: FieldType, value: Token): Scalar {
  if (value.type === 'word' && (value.text === 'null' || value.text === 'unknown')) return null;
  if (type === 'size') return readSize(value);
  if (type === 'count') {
    if (!/^\d{1,15}$/.test(value.text)) throw badFilter(value.at, `"${value.text}" is not a whole number`);
    return Number(value.text);
  }
  if (type === 'boolean') {
    const found = Object.hasOwn(booleans, value.text) ? booleans[value.text] : undefined;
    if (found === undefined) throw badFilter(value.at, `"${value.text}" is not true, false or null`);
    return found;
  }
  return value.text;
}

function readSize(value: Token): number {
  try {
    return parseSize(value.text);
  } catch (e) {
    if (e instanceof DvmError) throw badFilter(value.at, e.message);
    throw e;
  }
}
