import type { Json } from './json.js';

/*
 * Documents are never changed in place (every filter is held to that by a test), so an entity that comes through an edit
 * untouched still has the text that it was read from: a document of 100,000 volumes is written again without rendering more
 * than the one that changed. Which those are is found by walking the new document along the lines of the old one.
 */

/** Text of documents that were read from canonical lines. */
const texts = new WeakMap<object, string>();
/** The document that its parts were read with: as long as one of them is in use, it is not forgotten. */
const wholes = new WeakMap<object, object>();
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
  for (const part of Object.values(document)) if (typeof part === 'object' && part !== null) wholes.set(part, document);
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

/** Where the entries of a map begin in the text, and behind them the brace that closes it. */
type Starts = number[];

/** A map of the latest document that was read from lines, with the text of its entries. */
export class KnownMap {
  readonly text: string;
  readonly #keys: readonly string[];
  readonly #values: readonly unknown[];
  readonly #starts: Starts;
  readonly #maps: ReadonlyMap<number, Starts>;
  #next = 0;

  private constructor(map: object, text: string, starts: Starts, maps: ReadonlyMap<number, Starts>) {
    this.text = text;
    this.#keys = Object.keys(map);
    this.#values = Object.values(map);
    this.#starts = starts;
    this.#maps = maps;
  }

  /** The latest document itself; undefined when it is gone. */
  static latest(): KnownMap | undefined {
    const document = latest?.deref();
    const text = document && texts.get(document);
    if (!document || text === undefined) return undefined;
    const entries = findEntries(text);
    return entries && KnownMap.#of(document, text, entries.root, entries.maps);
  }

  /**
   * Only where the lines are told by the order of the keys: as many as there are keys, since a stranger may have written one
   * twice; and no key like a number, since those come first whatever the text says.
   */
  static #of(map: object, text: string, starts: Starts, maps: ReadonlyMap<number, Starts>): KnownMap | undefined {
    const known = new KnownMap(map, text, starts, maps);
    return known.#keys.length === starts.length - 1 && !/^\d{1,10}$/.test(known.#keys[0] ?? '') ? known : undefined;
  }

  /** The place of a key behind those that were asked for before; −1 where it has none. Keys are asked for in order. */
  find(key: string): number {
    const keys = this.#keys;
    while (this.#next < keys.length && (keys[this.#next] as string) < key) this.#next++;
    return keys[this.#next] === key ? this.#next++ : -1;
  }

  valueAt(place: number): unknown {
    return this.#values[place];
  }

  /** Whether the value has lines of its own. */
  isMapAt(place: number): boolean {
    return this.#maps.has(this.#starts[place] as number);
  }

  /** The value as a map with its lines. */
  mapAt(place: number): KnownMap | undefined {
    const starts = this.#maps.get(this.#starts[place] as number);
    const value = this.#values[place];
    return starts && typeof value === 'object' && value !== null ? KnownMap.#of(value, this.text, starts, this.#maps) : undefined;
  }

  /** Where the text of the entry begins, and where it ends: before the comma, or before the last newline. */
  startOf(place: number): number {
    return this.#starts[place] as number;
  }
  endOf(place: number): number {
    return (this.#starts[place + 1] as number) - (place + 1 < this.#keys.length ? 2 : 1);
  }
}

const [OPEN, CLOSE] = [0x7b, 0x7d];

/** The entries of all maps of several lines; those inside others by where their own entry begins. A line that ends with a brace opens one. */
function findEntries(text: string): { root: Starts; maps: Map<number, Starts> } | undefined {
  const maps = new Map<number, Starts>();
  const root: Starts = [];
  const open: Starts[] = [];
  let current: Starts | undefined = root;
  for (let start = 2; current; ) {
    const end = text.indexOf('\n', start);
    if (end < 0) return undefined; // the braces are elsewhere
    current.push(start);
    if (text.charCodeAt(start) === CLOSE) current = open.pop();
    else if (text.charCodeAt(end - 1) === OPEN) {
      open.push(current);
      current = [];
      maps.set(start, current);
    }
    start = end + 1;
  }
  return { root, maps };
}
