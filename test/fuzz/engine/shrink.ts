import type { Json } from '#tool/json.js';

/**
 * A smaller input that still fails: pieces are taken out as long as it does. Pieces are entries of objects and arrays and
 * parts of texts, large ones first.
 *
 * @param tries runs that may be spent
 */
export async function shrink(input: Json, fails: (input: Json) => Promise<boolean>, tries = 1500): Promise<Json> {
  let best = input;
  for (let left = tries, smaller = true; smaller && left > 0; ) {
    smaller = false;
    for (const candidate of reductions(best)) {
      if (left-- <= 0) break;
      if (!(await fails(candidate))) continue;
      best = candidate;
      smaller = true;
      break;
    }
  }
  return best;
}

/** The same value with one piece less, in many ways. */
function* reductions(value: Json): Generator<Json> {
  if (typeof value === 'string') yield* shorterTexts(value);
  else if (Array.isArray(value)) yield* shorterArrays(value);
  else if (typeof value === 'object' && value !== null) yield* smallerObjects(value);
  else if (typeof value === 'number' && value !== 0) yield* [0, 1, Math.trunc(value / 2)].filter((n) => n < value);
}

function* shorterTexts(text: string): Generator<string> {
  for (let length = Math.ceil(text.length / 2); length > 0; length = length > 1 ? Math.ceil(length / 2) : 0)
    for (let at = 0; at < text.length && at < 400 * length; at += length) yield text.slice(0, at) + text.slice(at + length);
}

function* shorterArrays(list: Json[]): Generator<Json> {
  for (let length = Math.ceil(list.length / 2); length > 0; length = length > 1 ? Math.ceil(length / 2) : 0)
    for (let at = 0; at < list.length; at += length) yield list.toSpliced(at, length);
  for (const [i, item] of list.entries()) for (const smaller of reductions(item)) yield list.with(i, smaller);
}

function* smallerObjects(object: { [key: string]: Json }): Generator<Json> {
  for (const key of Object.keys(object)) {
    const { [key]: _, ...rest } = object;
    yield rest;
  }
  for (const [key, item] of Object.entries(object)) for (const smaller of reductions(item)) yield { ...object, [key]: smaller };
}
