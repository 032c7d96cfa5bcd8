/**
 * One pass over JSON text for what `JSON.parse` lets through and dvm must not: duplicate keys
 * (the last would win silently), integers past 2^53 (the last digit would change), NUL, `__proto__`,
 * and nesting deep enough to exhaust the stack. Syntax itself is left to `JSON.parse`.
 */
export function scanJson(text: string, maxDepth: number): void {
  const seen: Keys[] = []; // one a depth, used again for every object there
  const objects: boolean[] = []; // one per open bracket; false for an array
  let keyNext = false; // the next string is a key
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        // "
        const end = stringEnd(text, i);
        if (keyNext) addKey(keysAt(seen, objects.length - 1), text, i, end);
        keyNext = false;
        i = end;
        break;
      }
      case 0x7b: // {
        keysAt(seen, objects.length).clear();
        objects.push(true);
        keyNext = true;
        if (objects.length > maxDepth) throw new Error(`nested deeper than ${maxDepth} at offset ${i}`);
        break;
      case 0x5b: // [
        objects.push(false);
        keyNext = false;
        if (objects.length > maxDepth) throw new Error(`nested deeper than ${maxDepth} at offset ${i}`);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        objects.pop();
        keyNext = false;
        break;
      case 0x2c: // ,
        keyNext = objects[objects.length - 1] === true;
        break;
      case 0:
        throw new Error(`NUL byte at offset ${i}`);
      default:
        if (isNumberStart(text.charCodeAt(i))) i = numberEnd(text, i) - 1;
    }
  }
}

function stringEnd(text: string, start: number): number {
  for (let i = text.indexOf('"', start + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(i - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return i;
  }
  throw new Error('ends inside a string');
}

function keysAt(seen: Keys[], depth: number): Keys {
  const keys = seen[depth] ?? new Keys();
  seen[depth] = keys;
  return keys;
}

function addKey(seen: Keys, text: string, start: number, end: number): void {
  const raw = text.slice(start + 1, end);
  const key = raw.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : raw;
  if (key === '__proto__') throw new Error(`key "__proto__" at offset ${start}`);
  if (!seen.add(key)) throw new Error(`duplicate key ${text.slice(start, end + 1)} at offset ${start}`);
}

/** The keys of one object: a short list, a set once it is long. Most objects are small, and a set for each costs most of the pass. */
class Keys {
  readonly #few: string[] = [];
  #many: Set<string> | undefined;

  clear(): void {
    this.#few.length = 0;
    this.#many = undefined;
  }

  /** False when the key is there already. */
  add(key: string): boolean {
    if (this.#many) {
      const before = this.#many.size;
      return this.#many.add(key).size > before;
    }
    if (this.#few.includes(key)) return false;
    this.#few.push(key);
    if (this.#few.length > 16) this.#many = new Set(this.#few);
    return true;
  }
}

function isNumberStart(c: number): boolean {
  return c === 0x2d || (c >= 0x30 && c <= 0x39);
}

const numberText = /-?[0-9.eE+-]*/y;

function numberEnd(text: string, start: number): number {
  numberText.lastIndex = start;
  const token = numberText.exec(text)?.[0] ?? '';
  const value = Number(token);
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw new Error(`number ${token.slice(0, 40)} at offset ${start} cannot be held exactly`);
  return start + token.length;
}
