import type { Node } from '../template/nodes.js';
import type { Declaration } from './declaration.js';

/** True for a text with `*`, `?` or `[…]`. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Matches as a shell does: `*` any text, `?` one character, `[abc]`, `[a-z]`, `[!a]`. Takes time in proportion to both. */
export function matcher(pattern: string): (text: string) => boolean {
  const source = [...pattern.matchAll(/\[!?\]?[^\]]*\]|[\s\S]/g)].map(([part]) => part);
  const parts = source.map((part) => (part.length > 1 ? classOf(part) : part));
  return (text) => matches(parts, text);
}

type Part = string | ((c: string) => boolean);

function classOf(text: string): Part {
  const negated = text[1] === '!';
  const inner = text.slice(negated ? 2 : 1, -1);
  const single = new Set<string>();
  const ranges: [string, string][] = [];
  for (let i = 0; i < inner.length; i++)
    if (inner[i + 1] === '-' && i + 2 < inner.length) {
      ranges.push([inner[i] ?? '', inner[i + 2] ?? '']);
      i += 2;
    } else single.add(inner[i] ?? '');
  return (c) => (single.has(c) || ranges.some(([from, to]) => c >= from && c <= to)) !== negated;
}

/** Goes back to the last `*` only: what stands before it has been matched for good. */
function matches(parts: readonly Part[], text: string): boolean {
  let [at, part, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    const p = parts[part];
    if (p === '*') [star, from, part] = [part, at, part + 1];
    else if (p !== undefined && (typeof p === 'function' ? p(text[at] ?? '') : p === '?' || p === text[at]))
      [at, part] = [at + 1, part + 1];
    else if (star >= 0) [part, from, at] = [star + 1, from + 1, from + 1];
    else return false;
  }
  while (parts[part] === '*') part++;
  return part === parts.length;
}

/** What a match finds: things with an id, a module and names. */
export interface Named {
  module: string;
  id: string;
}

/** Finds by id or name; patterns match every one. */
export class Index<T extends Named> {
  readonly #byWord = new Map<string, T[]>();
  readonly #known = new Map<string, T[]>();

  constructor(
    readonly all: readonly T[],
    readonly namesOf: (one: T) => readonly string[],
  ) {
    for (const one of all)
      for (const word of new Set([one.id, ...namesOf(one)])) {
        const same = this.#byWord.get(word);
        if (same) same.push(one);
        else this.#byWord.set(word, [one]);
      }
  }

  find(module: string | undefined, pattern: string): readonly T[] {
    const key = `${module ?? ''}\0${pattern}`;
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#matching(pattern).filter((one) => module === undefined || one.module === module);
    this.#known.set(key, found);
    return found;
  }

  #matching(pattern: string): readonly T[] {
    const exact = this.#byWord.get(pattern) ?? [];
    if (!isPattern(pattern)) return exact;
    const fits = matcher(pattern);
    const same = new Set(exact);
    return this.all.filter((one) => same.has(one) || fits(one.id) || this.namesOf(one).some(fits));
  }
}

/** Files that a `sls:` target means: that one, and what it includes, however far. */
export function closure(sls: string, includes: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set([sls]);
  for (const name of found) for (const other of includes.get(name) ?? []) found.add(other);
  return found;
}

/** The name of a declaration, and its `names`, as far as they are plain. */
export function namesOf(d: Declaration): string[] {
  const name = d.args.get('name')?.value;
  const names = d.args.get('names')?.value;
  const listed = names?.kind === 'list' ? names.items.flatMap(listedName) : [];
  return [...(name?.kind === 'scalar' ? [String(name.value)] : []), ...listed];
}

function listedName(item: Node): string[] {
  if (item.kind === 'map') return item.entries.map((e) => e.key);
  return item.kind === 'scalar' ? [String(item.value)] : [];
}
