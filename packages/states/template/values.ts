import type { Json } from '#tool/json.js';
import { TemplateError } from './expression.js';
import type { RuntimeForm } from './nodes.js';

/** What is known only at run time, as a value of an expression. */
export class Runtime {
  constructor(readonly form: RuntimeForm) {}
}

export type Value = Json | Runtime;

/** What a template may take: states are data, and what they multiply to is bounded. */
export class Budget {
  #left = 3_000_000;

  /** @throws TemplateError `too-large` */
  spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0)
      throw new TemplateError(
        'too-large',
        'the states multiply to more than can be compiled',
        'look for loops and aliases inside one another',
      );
  }
}

export function isMap(value: Value | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Runtime);
}

export function typeName(value: Value): string {
  if (value instanceof Runtime) return 'known only at run time';
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  const names: Readonly<Record<string, string>> = {
    object: 'a map',
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
  };
  return names[typeof value] ?? 'nothing';
}

/** As Python and Jinja have it: nothing, false, 0, and what is empty are false. */
export function truth(value: Value): boolean {
  if (value instanceof Runtime) throw late();
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

export function late(): TemplateError {
  const hint = 'use it as an argument only; choose by requisites, or by the command itself';
  return new TemplateError('late-value', 'a value that is known only at run time decides something now', hint);
}

/** A JSON value of some kind, or the error that says what it is instead. */
export function list(value: Value, what: string): Json[] {
  if (Array.isArray(value)) return value;
  throw mistyped(what, value, 'a list');
}

export function text(value: Value, what: string): string {
  if (typeof value === 'string') return value;
  throw mistyped(what, value, 'text');
}

export function mistyped(what: string, value: Value, wanted: string): TemplateError {
  if (value instanceof Runtime) return late();
  return new TemplateError('bad-value', `${what} is ${typeName(value)}, not ${wanted}`, `give it ${wanted}`);
}
