import type { Random } from '#test/support/random.js';
import { type Json, parseJson } from '#tool/json.js';
import { mutateJson } from './json.js';
import { mutateText } from './text.js';

/** An input of several parts, such as a document and the words of a command line. */
export type Parts = { [part: string]: Json };

/** Changes one of the named parts as a document, or as a list of words. */
export function mutatePart(
  input: Parts,
  random: Random,
  other: Parts,
  parts: readonly string[],
  words: readonly string[],
): Parts {
  const part = random.pick(parts);
  const value = input[part] ?? null;
  const changed =
    Array.isArray(value) && value.every((w) => typeof w === 'string')
      ? mutateWords(value, random, words)
      : mutateJson(value, random, other[part] ?? null, words);
  return { ...input, [part]: changed };
}

/** A command line: words come, go and change places. */
export function mutateWords(line: readonly string[], random: Random, words: readonly string[]): string[] {
  const i = random.below(line.length + 1);
  switch (random.below(6)) {
    case 0:
      return line.toSpliced(i, 1);
    case 1:
      return line.toSpliced(i, 0, random.pick(words));
    case 2:
      return line.toSpliced(i, 1, random.pick(words));
    case 3:
      return random.chance(0.3) ? random.shuffle(line) : line.toSpliced(i, 0, random.pick(words), random.pick(words));
    default:
      return i < line.length ? line.with(i, mutateText(line[i] as string, random, random.pick(words), words)) : [...line];
  }
}

/** A value as a program gets it: printed by one, read by the next. */
export function transmitted(value: Json): Json {
  return parseJson(JSON.stringify(value), 'input');
}
