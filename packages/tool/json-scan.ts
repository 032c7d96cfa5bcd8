/**
 * One pass over JSON text for what `JSON.parse` lets through and dvm must not: duplicate keys
 * (the last would win silently), integers past 2^53 (the last digit would change), NUL, `__proto__`,
 * and nesting deep enough to exhaust the stack. Syntax itself is left to `JSON.parse`.
 */
export function scanJson(text: string, maxDepth: number): void {
  const keys: (Set<string> | null)[] = []; // one per open bracket; null for an array
  let keyNext = false; // the next string is a key
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        // "
        const end = stringEnd(text, i);
        if (keyNext) checkKey(text.slice(i, end + 1), keys[keys.length - 1], i);
        keyNext = false;
        i = end;
        break;
      }
      case 0x7b: // {
        keys.push(new Set());
        keyNext = true;
        if (keys.length > maxDepth) throw new Error(`nested deeper than ${maxDepth} at offset ${i}`);
        break;
      case 0x5b: // [
        keys.push(null);
        if (keys.length > maxDepth) throw new Error(`nested deeper than ${maxDepth} at offset ${i}`);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        keys.pop();
        keyNext = false;
        break;
      case 0x2c: // ,
        keyNext = keys[keys.length - 1] instanceof Set;
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

function checkKey(quoted: string, seen: Set<string> | null | undefined, at: number): void {
  const key = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  if (key === '__proto__') throw new Error(`key "__proto__" at offset ${at}`);
  if (seen?.has(key)) throw new Error(`duplicate key ${quoted} at offset ${at}`);
  seen?.add(key);
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
