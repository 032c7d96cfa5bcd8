import type { OptionSpec, OptionSpecs } from './options.js';

/** A flag as it stands on the command line; `written` is `--name` or `-n`. */
export interface OptionToken {
  kind: 'option';
  name: string;
  written: string;
  value?: string | undefined;
  /** The value is part of the word itself: `--name=value`, `-nvalue`. */
  inline: boolean;
}
export type Token = OptionToken | { kind: 'word'; text: string } | { kind: 'rest'; words: string[] };

/**
 * Reads a command line as getopt_long(3) does, with every flag written out in full: `--name value`, `--name=value`,
 * `-n value`, `-nvalue`, `-ab`; the word after a flag that takes a value is its value, whatever it looks like; all that
 * follows `--` is left alone. What a flag may be is not judged here.
 *
 * node:util has the same, but takes half a millisecond to load where the runtime is not Node.
 */
export function* tokens(argv: readonly string[], specs: OptionSpecs): Generator<Token> {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') {
      yield { kind: 'rest', words: argv.slice(at + 1) };
      return;
    }
    const options = word.startsWith('--') ? [longOption(word)] : isShort(word) ? shortOptions(word, specs) : undefined;
    if (!options) yield { kind: 'word', text: word };
    for (const option of options ?? []) {
      if (!option.inline && takesValue(specs, option.name)) yield { ...option, value: argv[++at] };
      else yield option;
    }
  }
}

/** A number with a sign is a word: no flag is a digit. */
function isShort(word: string): boolean {
  return word.startsWith('-') && !/^-\d*$/.test(word);
}

function longOption(word: string): OptionToken {
  const equals = word.indexOf('=');
  if (equals < 0) return { kind: 'option', name: word.slice(2), written: word, inline: false };
  const written = word.slice(0, equals);
  return { kind: 'option', name: written.slice(2), written, value: word.slice(equals + 1), inline: true };
}

/** The letters of a group; what follows one that takes a value is the value. */
function shortOptions(word: string, specs: OptionSpecs): OptionToken[] {
  const options: OptionToken[] = [];
  for (let i = 1; i < word.length; i++) {
    const letter = word[i] as string;
    const name = Object.keys(specs).find((n) => specs[n]?.alias === letter) ?? letter;
    const rest = word.slice(i + 1);
    const inline = rest !== '' && takesValue(specs, name);
    options.push({ kind: 'option', name, written: `-${letter}`, inline, ...(inline ? { value: rest } : {}) });
    if (inline) break;
  }
  return options;
}

function takesValue(specs: OptionSpecs, name: string): boolean {
  const spec = specOf(specs, name);
  return spec !== undefined && spec.type !== 'boolean';
}

export function specOf(specs: OptionSpecs, name: string): OptionSpec | undefined {
  return Object.hasOwn(specs, name) ? specs[name] : undefined;
}
