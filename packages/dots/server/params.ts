import { fail } from '#tool/errors.js';
import type { Json } from '#tool/json.js';

/** The parameters of a call: an object, a bare text, nothing, or one of them in an array. What is left out is empty. */
export class Params {
  readonly #value: Json;

  constructor(given: Json) {
    this.#value = Array.isArray(given) && given.length < 2 ? (given[0] ?? null) : given;
  }

  /** The bare text. @throws DvmError `bad-params` (exit 65) */
  bare(): string {
    if (typeof this.#value === 'string') return this.#value;
    throw bad('this method takes one text');
  }

  /** @throws DvmError `bad-params` (exit 65) */
  text(name: string): string {
    const value = this.#member(name) ?? '';
    if (typeof value !== 'string') throw bad(`"${name}" is no text`);
    return value;
  }

  /** Undefined for a text that is empty, as Go's clients send what is not set. */
  optional(name: string): string | undefined {
    return this.text(name) || undefined;
  }

  /** @throws DvmError `bad-params` (exit 65) */
  required(name: string): string {
    const text = this.text(name);
    if (text === '') throw bad(`"${name}" is missing`);
    return text;
  }

  flag(name: string): boolean {
    const value = this.#member(name) ?? false;
    if (typeof value !== 'boolean') throw bad(`"${name}" is neither true nor false`);
    return value;
  }

  whole(name: string): number {
    const value = this.#member(name) ?? 0;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw bad(`"${name}" is no whole number`);
    return value;
  }

  /** Texts by key. */
  texts(name: string): Record<string, string> {
    const value = this.#member(name) ?? {};
    const entries = typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [['', 0] as const];
    const texts = entries.flatMap(([key, v]): [string, string][] => (typeof v === 'string' ? [[key, v]] : []));
    if (texts.length < entries.length) throw bad(`"${name}" is not texts by key`);
    return Object.fromEntries(texts);
  }

  #member(name: string): Json | undefined {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('this method takes an object');
    return value[name];
  }
}

function bad(why: string) {
  return fail('badInput', 'bad-params', why);
}
