import type { Field } from './field.js';
import { fieldNamed } from './fields.js';
import { badFilter, scanFilter, type Token } from './filter-scan.js';
import { comparison } from './filter-value.js';
import type { Row } from './views.js';

/** A filter ready to use: the fields it asks, and whether a row passes. */
export interface Filter {
  fields: readonly Field[];
  passes(row: Row): boolean;
}

type Test = (row: Row) => boolean;

const longest = 4096;
const deepest = 100;

/**
 * Reads a filter (docs/tools/report.md, FILTER):
 *
 *     any   = all { ("or" | "||") all }
 *     all   = one { ("and" | "&&") one }
 *     one   = ("not" | "!") one | "(" any ")" | field [ operator value ]
 *
 * @example parseFilter("lv_size >= 10G and not lv_name =~ '^tmp'").passes(row)
 * @throws DvmError `bad-filter`, `unknown-field` (exit 64)
 */
export function parseFilter(text: string): Filter {
  if (text.length > longest) throw badFilter(longest + 1, `longer than ${longest} characters`);
  const reader = new Reader(scanFilter(text));
  const passes = reader.any(0);
  const end = reader.next();
  if (end.type !== 'end') throw badFilter(end.at, `expected "and", "or" or the end, found "${end.text}"`);
  return { fields: reader.fields, passes };
}

class Reader {
  readonly fields: Field[] = [];
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  any(depth: number): Test {
    const tests = [this.#all(depth)];
    while (this.#takes('or', '||')) tests.push(this.#all(depth));
    return tests.length === 1 ? (tests[0] as Test) : (row) => tests.some((t) => t(row));
  }

  next(): Token {
    const token = this.#peek();
    if (token.type !== 'end') this.#at++;
    return token;
  }

  #all(depth: number): Test {
    const tests = [this.#one(depth)];
    while (this.#takes('and', '&&')) tests.push(this.#one(depth));
    return tests.length === 1 ? (tests[0] as Test) : (row) => tests.every((t) => t(row));
  }

  #one(depth: number): Test {
    if (depth > deepest) throw badFilter(this.#peek().at, `nested deeper than ${deepest}`);
    if (this.#takes('not', '!')) {
      const test = this.#one(depth + 1);
      return (row) => !test(row);
    }
    if (this.#peek().type === 'open') return this.#parenthesis(depth);
    return this.#comparison();
  }

  #parenthesis(depth: number): Test {
    const open = this.next();
    const test = this.any(depth + 1);
    const close = this.next();
    if (close.type === 'close') return test;
    throw badFilter(close.at, `expected ")" for the one in column ${open.at}, found ${shown(close)}`);
  }

  #comparison(): Test {
    const name = this.next();
    if (name.type !== 'word') throw badFilter(name.at, `expected a field, found ${shown(name)}`);
    const field = this.#field(name);
    const operator = this.#peek();
    const alone = operator.type !== 'operator' || ['&&', '||', '!'].includes(operator.text);
    if (alone && field.type === 'boolean') return (row) => field.value(row) === true;
    if (alone) throw badFilter(operator.at, `expected an operator after "${name.text}", found ${shown(operator)}`);
    this.next();
    const value = this.next();
    if (value.type !== 'word' && value.type !== 'text')
      throw badFilter(value.at, `expected a value after "${operator.text}", found ${shown(value)}`);
    const passes = comparison(field, operator, value);
    return (row) => passes(field.value(row));
  }

  #field(name: Token): Field {
    const field = fieldNamed(name.text, `filter, column ${name.at}: `);
    this.fields.push(field);
    return field;
  }

  #takes(...texts: string[]): boolean {
    const { type, text } = this.#peek();
    const found = (type === 'word' || type === 'operator') && texts.includes(text);
    if (found) this.#at++;
    return found;
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }
}

function shown(token: Token): string {
  return token.type === 'end' ? 'the end' : `"${token.text}"`;
}
