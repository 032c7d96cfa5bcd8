import type { Random } from '#test/support/random.js';

/** Texts that break careless code. */
export const oddTexts = [
  ...['', ' ', '\n', '\t', '\0', '\u0001', '\u007f', '\u2028', '\ud800', '\udfff', 'ö', '日', '😀', '\ufeff', '\u202e', 'İ'],
  ...['"', "'", '\\', '/', '//', '..', '.', '-', '--', '@', '%', '#', '$', '*', ':', ',', '+', '=', '(', ')', '[', ']', '{', '}'],
  ...['__proto__', 'constructor', 'toString', 'toJSON', 'hasOwnProperty', 'length', 'null', 'true', 'NaN', 'Infinity'],
  ...['0', '-0', '-1', '1', '00', '01', '0x10', '1e3', '1e400', '1e-400', '.5', '5.', '0.1', '255', '256', '4096'],
  ...['65535', '65536', '2147483648', '4294967295', '4294967296', '9007199254740991', '9007199254740992', '9007199254740993'],
  ...['99999999999999999999', '18446744073709551615', '18446744073709551616'],
];

const longest = 1 << 16;

/** One change. `words` are texts that mean something to the reader. */
export function mutateText(text: string, random: Random, other: string, words: readonly string[] = []): string {
  return changed(text, random, other, words).slice(0, longest);
}

function changed(text: string, random: Random, other: string, words: readonly string[]): string {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + 1 + random.below(random.chance(0.2) ? text.length + 1 : 6));
  const [before, middle, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (random.below(9)) {
    case 0:
      return before + after;
    case 1:
      return before + middle + middle + after;
    case 2:
      return before + (random.chance(0.02) ? middle.repeat(1 + random.below(3000)) : middle.repeat(3)) + after;
    case 3:
      return before + random.pick(oddTexts) + text.slice(random.chance(0.5) ? at : end);
    case 4:
    case 5:
      return before + pickWord(random, words) + text.slice(random.chance(0.5) ? at : end);
    case 6:
      return text.replace(/\d+/g, (n) => (random.chance(0.3) ? otherNumber(n, random) : n));
    case 7:
      return before + String.fromCharCode(random.below(random.chance(0.9) ? 128 : 65536)) + after;
    default: {
      const from = random.below(other.length + 1);
      return before + other.slice(from, from + 1 + random.below(40)) + after;
    }
  }
}

function pickWord(random: Random, words: readonly string[]): string {
  return random.pick(words.length > 0 ? words : oddTexts);
}

function otherNumber(text: string, random: Random): string {
  return random.chance(0.5) ? String(Number(text) + random.below(5) - 2) : String(interestingNumber(random));
}

export function interestingNumber(random: Random): number {
  const power = 2 ** random.below(54);
  return random.pick([0, 1, 2, 3, 7, 8, 100, 512, 4095, 4096, power, power - 1, power + 1, random.below(64), random.below(1e6)]);
}
