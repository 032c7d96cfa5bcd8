import stableStringify from 'fast-json-stable-stringify';
import { fail } from './errors.js';
import { KnownMap } from './json-lines.js';
import { scanJson } from './json-scan.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Limits of an input document: bytes and nesting depth. */
export interface JsonLimits {
  bytes: number;
  depth: number;
}

/** 256 MiB: well below the longest string that V8 can hold. */
export const defaultLimits: JsonLimits = { bytes: 1 << 28, depth: 64 };

/**
 * What is nested deeper is neither printed nor compared, because the stack might not hold it. No document that was read
 * with the limits is, but the content of a region comes without them.
 */
const deepest = 128;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses an untrusted JSON document.
 *
 * Refused, each with its place: invalid UTF-8, NUL, duplicate keys, numbers that a double
 * cannot hold exactly as written (integers past 2^53), nesting deeper than `limits.depth`, more than
 * `limits.bytes`, the key `__proto__`, anything `JSON.parse` refuses.
 *
 * @param name what the document is, for the error: `standard input`, a path
 * @throws DvmError `bad-json` (exit 65)
 */
export function parseJson(bytes: Uint8Array | string, name: string, limits: JsonLimits = defaultLimits): Json {
  const text = decode(bytes, name, limits);
  try {
    scanJson(text, limits.depth);
    return JSON.parse(text) as Json;
  } catch (e) {
    throw badJson(name, e instanceof Error ? e.message : String(e));
  }
}

function decode(bytes: Uint8Array | string, name: string, limits: JsonLimits): string {
  if (bytes.length > limits.bytes) throw badJson(name, `longer than ${limits.bytes} bytes`);
  if (bytes.length === 0) throw badJson(name, 'empty');
  if (typeof bytes === 'string') return bytes;
  try {
    return utf8.decode(bytes);
  } catch {
    throw badJson(name, 'not valid UTF-8');
  }
}

function badJson(name: string, why: string) {
  return fail('badInput', 'bad-json', `"${name}" is not a JSON document: ${why}`);
}

/**
 * Canonical text of a value on one line: sorted keys, no white space.
 *
 * @throws DvmError `unsafe-number` for NaN, Infinity and integers past 2^53, `too-deep` (exit 65)
 * @throws Error on BigInt
 */
export function canonical(value: unknown): string {
  if (isCanonical(value, deepest)) return JSON.stringify(value); // what was read from canonical text: several times faster
  refuseUnsafe(value, deepest);
  return stableStringify(value);
}

/** True when `JSON.stringify` itself writes the canonical text: keys are in order already and every number is sound. */
function isCanonical(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((v) => isCanonical(v, depth - 1));
  if ('toJSON' in value) return false;
  let last = '';
  for (const key of Object.keys(value)) {
    if (key < last || !isCanonical((value as { [key: string]: unknown })[key], depth - 1)) return false;
    last = key;
  }
  return true;
}

function refuseUnsafe(value: unknown, depth: number): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw fail('badInput', 'unsafe-number', `number ${value} of a document cannot be told exactly`);
  } else if (typeof value === 'bigint') {
    throw new Error('canonical: BigInt has no JSON form');
  } else if (value !== null && typeof value === 'object') {
    if (depth === 0) throw tooDeep();
    for (const v of Object.values(value)) refuseUnsafe(v, depth - 1);
  }
}

/**
 * Canonical text of a document: as `canonical`, but objects down to `depth` put each entry
 * on a line of its own. With maps of entities at that depth one edit touches one line, which
 * keeps diffs and stored pages small (docs/formats/canonical-json.md).
 */
export function canonicalLines(value: unknown, depth = 3): string {
  const out = new LineWriter(KnownMap.latest());
  return out.text(value, depth);
}

/** Text in the making, out of a document and the lines of the one that it was made from. */
class LineWriter {
  readonly #known: KnownMap | undefined;
  readonly #parts: string[] = [];
  /** Text of the known document that is to be copied next. */
  #from = 0;
  #to = 0;

  constructor(known: KnownMap | undefined) {
    this.#known = known;
  }

  text(value: unknown, depth: number): string {
    this.write(value, depth, this.#known);
    this.#push('\n');
    return this.#parts.join('');
  }

  write(value: unknown, depth: number, known: KnownMap | undefined): void {
    if (depth === 0 || value === null || typeof value !== 'object' || Array.isArray(value)) {
      this.#push(canonical(value));
      return;
    }
    const map = value as Readonly<Record<string, unknown>>;
    let separator = '{\n';
    for (const key of sortedKeys(map)) {
      const v = map[key];
      if (v === undefined) continue;
      this.#writeEntry(separator, key, v, depth - 1, known);
      separator = ',\n';
    }
    this.#push(separator === ',\n' ? '\n}' : '{}');
  }

  #writeEntry(separator: string, key: string, value: unknown, depth: number, known: KnownMap | undefined): void {
    const place = known ? known.find(key) : -1;
    const same = known !== undefined && place >= 0 && known.valueAt(place) === value && typeof value === 'object';
    if (same && (depth === 0 || Array.isArray(value)) && !known.isMapAt(place)) {
      this.#copy(separator, known.startOf(place), known.endOf(place));
    } else {
      this.#push(`${separator}${JSON.stringify(key)}:`);
      this.write(value, depth, place < 0 ? undefined : known?.mapAt(place));
    }
  }

  /** Lines that follow one another are copied in one piece. */
  #copy(separator: string, from: number, to: number): void {
    if (this.#to === 0 || from !== this.#to + separator.length) {
      this.#push(separator);
      this.#from = from;
    }
    this.#to = to;
  }

  #push(text: string): void {
    if (this.#to > 0) this.#parts.push((this.#known as KnownMap).text.slice(this.#from, this.#to));
    this.#to = 0;
    this.#parts.push(text);
  }
}

/** The keys in order. Of a document that was read and edited all are but the last few, which are merged in. */
function sortedKeys(map: object): string[] {
  const keys = Object.keys(map);
  let ordered = Math.min(keys.length, 1);
  while (ordered < keys.length && (keys[ordered - 1] as string) < (keys[ordered] as string)) ordered++;
  return ordered === keys.length ? keys : merged(keys, keys.splice(ordered).sort());
}

function merged(a: readonly string[], b: readonly string[]): string[] {
  const out: string[] = [];
  let next = 0;
  for (const key of a) {
    while (next < b.length && (b[next] as string) < key) out.push(b[next++] as string);
    out.push(key);
  }
  return [...out, ...b.slice(next)];
}

function tooDeep() {
  return fail('badInput', 'too-deep', `a document is nested deeper than ${deepest}`);
}

/**
 * True when two documents have the same canonical text, which is not made for it. A key whose value is undefined is none.
 *
 * @throws DvmError `too-deep` (exit 65)
 */
export function sameJson(a: unknown, b: unknown, depth = deepest): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (depth === 0) throw tooDeep();
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((v, i) => sameJson(v, b[i], depth - 1));
  return sameEntries(a as JsonLike, b as JsonLike, depth - 1);
}

type JsonLike = { [key: string]: unknown };

/** What an edit has added stands last, so additions are looked for first and from there. */
function sameEntries(a: JsonLike, b: JsonLike, depth: number): boolean {
  const added = (key: string): boolean => b[key] !== undefined && !Object.hasOwn(a, key);
  if (Object.keys(b).findLast(added) !== undefined) return false;
  for (const key in a) if (!sameJson(a[key], Object.hasOwn(b, key) ? b[key] : undefined, depth)) return false;
  return true;
}
