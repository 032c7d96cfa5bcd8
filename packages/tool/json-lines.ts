import type { Json } from './json.js';

/**
 * Text of entities that were read from canonical lines, by the entity's identity. Documents are never changed in place
 * (every filter is held to that by a test), so an entity that comes through an edit untouched is still this text, and a
 * document of 100,000 volumes is written again without rendering more than the one that changed.
 */
const texts = new WeakMap<object, string>();

/** The canonical text of an entity that `parseLines` made; undefined for any other. */
export function knownText(entity: object): string | undefined {
  return texts.get(entity);
}

/**
 * Parses a document written by `canonicalLines`, and remembers the text of each entity. Meant for text that dvm itself has
 * written and verified by checksum: any other is parsed by `plain`, with nothing remembered.
 *
 * @throws what `plain` throws
 */
export function parseLines(text: string, plain: (text: string) => Json = JSON.parse): Json {
  const p = { at: 0, depth: 8 };
  const map = readMap(text, p);
  return map !== undefined && text.slice(p.at) === '\n' ? map : plain(text);
}

interface Position {
  at: number;
  /** Maps that may still be nested: what is deeper is left to JSON.parse. */
  depth: number;
}

const [NEWLINE, QUOTE, COMMA, COLON, BACKSLASH, OPEN, CLOSE] = [0x0a, 0x22, 0x2c, 0x3a, 0x5c, 0x7b, 0x7d];

/**
 * A map that begins at `p` as `{` and a newline, one entry a line, and ends with `}` at the beginning of one; `p` is then
 * behind it. Undefined when the text has another form.
 */
function readMap(text: string, p: Position): { [key: string]: Json } | undefined {
  if (!isMap(text, p.at) || p.depth-- === 0) return undefined;
  p.at += 2;
  const map: { [key: string]: Json } = {};
  for (let more = true; more; ) {
    const key = readKey(text, p);
    if (key === undefined) return undefined;
    const value = isMap(text, p.at) ? readMap(text, p) : readEntity(text, p);
    if (value === undefined) return undefined;
    map[key] = value;
    more = text.charCodeAt(p.at) === COMMA;
    if (more) p.at++;
    if (text.charCodeAt(p.at++) !== NEWLINE) return undefined;
  }
  p.depth++;
  return text.charCodeAt(p.at++) === CLOSE ? map : undefined;
}

function isMap(text: string, at: number): boolean {
  return text.charCodeAt(at) === OPEN && text.charCodeAt(at + 1) === NEWLINE;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has them escaped
const odd = /[\\\u0000-\u001f]/;

/** The key at `p`, which is then behind its colon. */
function readKey(text: string, p: Position): string | undefined {
  const start = p.at;
  const end = text.charCodeAt(start) === QUOTE ? keyEnd(text, start) : -1;
  if (end < 0) return undefined;
  p.at = end + 2;
  const plain = text.slice(start + 1, end);
  const key = odd.test(plain) ? parsed(text.slice(start, end + 1)) : plain;
  return typeof key === 'string' && key !== '__proto__' ? key : undefined;
}

/** Index of the quote that ends the key at `start`; −1 when no colon follows it. */
function keyEnd(text: string, start: number): number {
  for (let i = text.indexOf('"', start + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(i - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return text.charCodeAt(i + 1) === COLON ? i : -1;
  }
  return -1;
}

/** The value that takes the rest of the line, but for a comma; `p` is then behind the value. */
function readEntity(text: string, p: Position): Json | undefined {
  const end = text.indexOf('\n', p.at);
  if (end < 0) return undefined;
  const last = text.charCodeAt(end - 1) === COMMA ? end - 1 : end;
  const line = text.slice(p.at, last);
  const value = parsed(line);
  if (typeof value === 'object' && value !== null) texts.set(value, line);
  p.at = last;
  return value;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
