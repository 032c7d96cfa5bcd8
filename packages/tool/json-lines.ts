import type { Json } from './json.js';

/*
 * Documents are never changed in place (every filter is held to that by a test), so an entity that comes through an edit
 * untouched still has the text that it was read from: a document of 100,000 volumes is written again without rendering more
 * than the one that changed. Which those are is found by walking the new document along the lines of the old one.
 */

/** Text of documents that were read from canonical lines. */
const texts = new WeakMap<object, string>();
/** The one read last, which what is written next was probably made from. */
let latest: WeakRef<object> | undefined;

/**
 * Parses a document written by `canonicalLines`, and remembers its text. Meant for text that dvm itself has written and
 * verified by checksum: any other is parsed by `plain`, with nothing remembered.
 *
 * @throws what `plain` throws
 */
export function parseLines(text: string, plain: (text: string) => Json = JSON.parse): Json {
  const document = isInLines(text) ? parsed(text) : undefined;
  if (document === undefined) return plain(text);
  texts.set(document, text);
  latest = new WeakRef(document);
  return document;
}

/** By its form; `__proto__` is nothing that dvm writes as a key. */
function isInLines(text: string): boolean {
  return text.startsWith('{\n"') && text.endsWith('\n}\n') && !text.includes('"__proto__"');
}

function parsed(text: string): { [key: string]: Json } | undefined {
  try {
    return JSON.parse(text) as { [key: string]: Json };
  } catch {
    return undefined;
  }
}

/** A map of the latest document that was read, and where the first of its lines is in the text. */
export interface KnownMap {
  map: Readonly<Record<string, unknown>>;
  text: string;
  at: number;
}

/** One of its entries: the value, and where its text begins and ends. */
export interface KnownEntry {
  value: unknown;
  from: number;
  to: number;
  /** The value has lines of its own; they are `lines` where they can be told. */
  isMap: boolean;
  lines: KnownMap | undefined;
}

/** The latest document that was read from lines; undefined when it is gone. */
export function latestLines(): KnownMap | undefined {
  const document = latest?.deref();
  const text = document && texts.get(document);
  return document && text !== undefined ? knownMap(document, text, 2) : undefined;
}

/** Only where the text has a line for each key and no other: a stranger may have written one twice. */
function knownMap(value: object, text: string, at: number): KnownMap | undefined {
  const map = value as KnownMap['map'];
  return endOfMap(text, at).entries === Object.keys(map).length ? { map, text, at } : undefined;
}

const [NEWLINE, QUOTE, COMMA, OPEN, CLOSE] = ['\n', 0x22, 0x2c, 0x7b, 0x7d] as const;

/** Goes once along the entries of a map, in the order of their keys. */
export class KnownLines {
  readonly #of: KnownMap;
  readonly #keys: readonly string[];
  #next = 0;
  #at: number;

  constructor(of: KnownMap) {
    this.#of = of;
    this.#keys = Object.keys(of.map);
    this.#at = of.at;
  }

  /** The entry of that key, none of those before it; undefined where there is none, or the text has another form. */
  find(key: string): KnownEntry | undefined {
    for (let known = this.#keys[this.#next]; known !== undefined && known <= key; known = this.#keys[this.#next]) {
      const entry = this.#entry(known);
      this.#next = entry ? this.#next + 1 : this.#keys.length;
      if (known === key) return entry;
    }
    return undefined;
  }

  /** The entry that begins where the one before has ended. */
  #entry(key: string): KnownEntry | undefined {
    const { text, map } = this.#of;
    const start = this.#at;
    const from = start + key.length + 3;
    if (text.charCodeAt(start) !== QUOTE || !text.startsWith(key, start + 1) || !text.startsWith('":', from - 2))
      return undefined;
    const isMap = text.charCodeAt(from) === OPEN && text[from + 1] === NEWLINE;
    const end = isMap ? endOfMap(text, from + 2).end : text.indexOf(NEWLINE, from);
    this.#at = end + 1;
    const value = map[key];
    const lines = isMap && typeof value === 'object' && value !== null ? knownMap(value, text, from + 2) : undefined;
    return { value, from, to: text.charCodeAt(end - 1) === COMMA ? end - 1 : end, isMap, lines };
  }
}

/**
 * The newline behind the line that closes a map, whose first line begins at `at`, and how many entries it has. A line that ends
 * with a brace opens another map.
 */
function endOfMap(text: string, at: number): { end: number; entries: number } {
  let entries = 0;
  for (let depth = 1, start = at; ; ) {
    const end = text.indexOf(NEWLINE, start);
    if (text.charCodeAt(start) === CLOSE) depth--;
    else {
      if (depth === 1) entries++;
      if (text.charCodeAt(end - 1) === OPEN) depth++;
    }
    if (depth === 0 || end < 0) return { end, entries };
    start = end + 1;
  }
}
