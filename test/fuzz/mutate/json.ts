import type { Random } from '#test/support/random.js';
import type { Json } from '#tool/json.js';
import { interestingNumber, mutateText, oddTexts } from './text.js';

type Key = string | number;

/** A place in a document: the keys that lead to it. */
type Path = readonly Key[];

/**
 * One change of a document. Most keep its shape, so that it gets past the schema: a number moves, a text becomes another text
 * of the document (ids refer to other things then), entries are copied, moved and left out.
 *
 * @param words texts that mean something to the reader
 */
export function mutateJson(document: Json, random: Random, other: Json, words: readonly string[] = []): Json {
  const paths = pathsOf(document);
  const path = random.pick(paths);
  const value = at(document, path);
  const foreign = random.chance(0.3) ? other : document;
  const roll = random.below(100);
  if (roll < 60) return put(document, path, likeValue(value, random, foreign, words));
  if (roll < 75) return copyEntry(document, path, random);
  if (roll < 85) return remove(document, path);
  if (roll < 95) return put(document, path, at(foreign, random.pick(pathsOf(foreign))));
  return put(document, path, oddValue(value, random));
}

/** A value of the same type. */
function likeValue(value: Json, random: Random, document: Json, words: readonly string[]): Json {
  if (typeof value === 'number') return likeNumber(value, random, document);
  if (typeof value === 'string') return likeText(value, random, document, words);
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return random.chance(0.5) ? random.shuffle(value) : value.slice(0, random.below(value.length + 1));
  if (value === null) return random.pick<Json>(['', 0, false, {}]);
  return Object.fromEntries(random.shuffle(Object.entries(value)).filter(() => random.chance(0.9)));
}

function likeNumber(value: number, random: Random, document: Json): number {
  const roll = random.below(10);
  if (roll < 4) return value + random.below(5) - 2;
  if (roll < 6) return interestingNumber(random);
  if (roll < 7) return random.chance(0.5) ? value * 2 : Math.floor(value / 2);
  const found = leaves(document).filter((v) => typeof v === 'number');
  return found.length > 0 ? random.pick(found) : value + 1;
}

function likeText(value: string, random: Random, document: Json, words: readonly string[]): string {
  const found = leaves(document).filter((v) => typeof v === 'string');
  const roll = random.below(10);
  if (roll < 5 && found.length > 0) return random.pick(found);
  if (roll < 7 && words.length > 0) return random.pick(words);
  return mutateText(value, random, found.length > 0 ? random.pick(found) : '', words);
}

/** A value of another type, or an extreme one. */
function oddValue(value: Json, random: Random): Json {
  switch (random.below(6)) {
    case 0:
      return null;
    case 1:
      return random.pick([-1, 0.5, 1e21, -0, 2 ** 53 - 1, 1e-7]);
    case 2:
      return random.pick(oddTexts);
    case 3:
      return nested(value, 1 + random.below(90), random.chance(0.5));
    case 4:
      return Array.from({ length: random.chance(0.1) ? 300 : random.below(20) }, () => value);
    default:
      return random.pick<Json>([{}, [], true]);
  }
}

function nested(value: Json, depth: number, inArrays: boolean): Json {
  let out = value;
  for (let i = 0; i < depth; i++) out = inArrays ? [out] : { a: out };
  return out;
}

/** Doubles an entry: once more in its array, or in its object under a changed key. */
function copyEntry(document: Json, path: Path, random: Random): Json {
  const key = path.at(-1);
  if (key === undefined) return document;
  const holder = at(document, path.slice(0, -1));
  const value = at(document, path);
  if (Array.isArray(holder)) return put(document, path.slice(0, -1), holder.toSpliced(random.below(holder.length + 1), 0, value));
  return put(document, [...path.slice(0, -1), changedKey(String(key), random)], value);
}

/** A key of the same form, mostly: ids differ in a letter. */
function changedKey(key: string, random: Random): string {
  if (random.chance(0.2)) return random.pick(oddTexts.filter((t) => t !== '__proto__'));
  const i = random.below(key.length + 1);
  return `${key.slice(0, i)}${random.pick([...'abcdefgxyz234567'])}${key.slice(i + 1)}`;
}

function remove(document: Json, path: Path): Json {
  const key = path.at(-1);
  if (key === undefined) return document;
  const holder = at(document, path.slice(0, -1));
  if (Array.isArray(holder)) return put(document, path.slice(0, -1), holder.toSpliced(Number(key), 1));
  const { [key]: _, ...rest } = holder as { [key: string]: Json };
  return put(document, path.slice(0, -1), rest);
}

/** A copy with the value at a path put in; what is not on the path is shared. */
export function put(document: Json, path: Path, value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(document)) return document.with(Number(key), put(document[Number(key)] ?? null, rest, value));
  const object = document as { [key: string]: Json };
  return { ...object, [key]: put(object[key] ?? null, rest, value) };
}

function at(document: Json, path: Path): Json {
  let value = document;
  for (const key of path) value = (value as { [key: Key]: Json })[key] as Json;
  return value;
}

/** Places looked at in one document. */
const MOST = 2000;

/** Every place of a document, or the first many; not what is nested so deep that only the nesting is odd. */
function pathsOf(document: Json): Path[] {
  const paths: Path[] = [[]];
  for (let i = 0; i < paths.length && paths.length < MOST; i++) {
    const path = paths[i] as Path;
    const value = path.length < 40 ? at(document, path) : null;
    if (typeof value !== 'object' || value === null) continue;
    const keys: Key[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    for (const key of keys) paths.push([...path, key]);
  }
  return paths.slice(0, MOST);
}

function leaves(document: Json): Json[] {
  return pathsOf(document).flatMap((path) => {
    const value = at(document, path);
    const key = path.at(-1);
    const own = typeof value === 'object' ? [] : [value];
    return typeof key === 'string' ? [key, ...own] : own;
  });
}
