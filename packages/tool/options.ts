import { fail } from './errors.js';
import { type OptionToken, specOf, tokens } from './tokens.js';

/** One flag. Values stay strings: sizes and numbers are parsed where their meaning is known. */
export interface OptionSpec {
  type: 'string' | 'boolean' | 'integer' | 'list';
  describe: string;
  alias?: string;
  /** The word shown for the value in help: `SIZE`. */
  value?: string;
  choices?: readonly string[];
  default?: string | number | boolean;
  required?: boolean;
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<O extends OptionSpec> = O['type'] extends 'boolean'
  ? boolean
  : O['type'] extends 'list'
    ? string[]
    : O extends { required: true } | { default: string | number }
      ? Scalar<O>
      : Scalar<O> | undefined;
type Scalar<O extends OptionSpec> = O['type'] extends 'integer'
  ? number
  : O extends { choices: readonly (infer C)[] }
    ? C
    : string;

/** What a command's `run` receives for its flags: `list` is always an array, `boolean` always set. */
export type OptionValues<S extends OptionSpecs> = { [K in keyof S]: ValueOf<S[K]> };

export interface PositionalSpec {
  name: string;
  describe: string;
  optional?: boolean;
  /** Takes all that remain; only the last one may. */
  many?: boolean;
}

export interface ParsedArguments {
  options: Record<string, unknown>;
  positionals: string[];
  /** What followed the first `--`; undefined when there was none. */
  rest: string[] | undefined;
}

/**
 * Parses one command's arguments strictly: an unknown flag, a flag given twice that takes one value, a flag without
 * its value, a missing or surplus argument are usage errors (exit 64). Flags and words may be mixed; `-` is a word, and so
 * is a number with a sign: no flag is a digit.
 */
export function parseArguments(
  argv: string[],
  specs: OptionSpecs,
  positionals: PositionalSpec[],
  takesRest: boolean,
): ParsedArguments {
  const given = new Map<string, (string | boolean)[]>();
  const words: string[] = [];
  let rest: string[] | undefined;
  for (const token of tokens(argv, specs)) {
    if (token.kind === 'rest') rest = token.words;
    else if (token.kind === 'word') words.push(token.text);
    else addOption(given, specs, token);
  }
  if (rest && !takesRest) words.push(...rest);
  checkPositionals(words, positionals);
  return { options: readOptions(given, specs), positionals: words, rest: takesRest ? rest : undefined };
}

/** Collects one flag as given: `--no-NAME` is a boolean's false; the word after a valued flag is its value, whatever it looks like. */
function addOption(given: Map<string, (string | boolean)[]>, specs: OptionSpecs, token: OptionToken): void {
  const positive = token.name.startsWith('no-') ? token.name.slice(3) : token.name;
  const negated = !Object.hasOwn(specs, token.name) && specOf(specs, positive)?.type === 'boolean';
  const name = negated ? positive : token.name;
  const spec = specOf(specs, name);
  if (!spec) throw usage('unknown-option', `unknown option "${token.written}"`);
  const { value } = token;
  if (spec.type === 'boolean') {
    if (value !== undefined) throw usage('bad-option', `option "--${token.name}" takes no value, found "${value}"`);
  } else if (value === undefined || (value === '--' && !token.inline))
    throw usage('missing-value', `option "--${name}" has no value`);
  const values = given.get(name);
  if (values) values.push(value ?? !negated);
  else given.set(name, [value ?? !negated]);
}

function readOptions(given: ReadonlyMap<string, (string | boolean)[]>, specs: OptionSpecs): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) out[name] = readOption(name, spec, given.get(name) ?? []);
  return out;
}

function readOption(name: string, spec: OptionSpec, values: readonly (string | boolean)[]): unknown {
  if (spec.required && values.length === 0) throw usage('missing-option', `option "--${name}" is missing`);
  if (spec.type === 'list') return values.map(String);
  if (spec.type === 'boolean') return values.at(-1) ?? spec.default ?? false;
  if (values.length === 0) return spec.default;
  if (values.length > 1) throw usage('repeated-option', `option "--${name}" is given more than once`);
  const text = String(values[0]);
  if (spec.choices && !spec.choices.includes(text))
    throw usage('bad-option', `option "--${name}" is "${text}", not one of ${spec.choices.join(', ')}`);
  if (spec.type === 'string') return text;
  if (!/^-?\d{1,15}$/.test(text)) throw usage('bad-option', `option "--${name}" is "${text}", not a whole number`);
  return Number(text);
}

function checkPositionals(words: string[], specs: PositionalSpec[]): void {
  const needed = specs.filter((s) => !s.optional);
  const missing = needed[words.length];
  if (words.length < needed.length && missing) throw usage('missing-argument', `argument ${missing.name} is missing`);
  const surplus = words[specs.length];
  if (surplus !== undefined && !specs.at(-1)?.many) throw usage('surplus-argument', `unexpected argument "${surplus}"`);
}

function usage(code: string, message: string) {
  return fail('usage', code, message, { hint: 'see --help' });
}
