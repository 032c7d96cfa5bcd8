import parser from 'yargs-parser';
import { fail } from './errors.js';

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
 * Parses one command's arguments strictly: an unknown flag, a flag given twice that takes one value,
 * a missing or surplus argument are usage errors (exit 64).
 */
export function parseArguments(
  argv: string[],
  specs: OptionSpecs,
  positionals: PositionalSpec[],
  takesRest: boolean,
): ParsedArguments {
  const names = Object.keys(specs);
  const ofType = (...types: OptionSpec['type'][]) => names.filter((n) => types.includes(specs[n]?.type as OptionSpec['type']));
  const valued = ofType('string', 'integer', 'list');
  const raw = parser(argv, {
    string: valued,
    boolean: ofType('boolean'),
    alias: Object.fromEntries(names.flatMap((n) => (specs[n]?.alias ? [[n, specs[n].alias]] : []))),
    narg: Object.fromEntries(valued.map((n) => [n, 1])),
    configuration: {
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'populate--': true,
      'strip-aliased': true,
      'duplicate-arguments-array': true,
      'boolean-negation': true,
      'greedy-arrays': false,
    },
  });
  const { _: given, '--': rest, ...flags } = raw as { _: string[]; '--'?: string[]; [flag: string]: unknown };
  const words = given.map(String);
  if (rest && !takesRest) words.push(...rest.map(String));
  checkPositionals(words, positionals);
  return { options: readOptions(flags, specs), positionals: words, rest: takesRest ? rest?.map(String) : undefined };
}

function readOptions(flags: Record<string, unknown>, specs: OptionSpecs): Record<string, unknown> {
  for (const name of Object.keys(flags))
    if (!Object.hasOwn(specs, name)) throw usage('unknown-option', `unknown option "${name.length > 1 ? '--' : '-'}${name}"`);
  const out: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) out[name] = readOption(name, spec, flags[name]);
  return out;
}

function readOption(name: string, spec: OptionSpec, value: unknown): unknown {
  if (spec.type === 'list') return value === undefined ? [] : [value].flat().map(String);
  if (Array.isArray(value)) throw usage('repeated-option', `option "--${name}" is given more than once`);
  if (spec.type === 'boolean') return value === undefined ? (spec.default ?? false) : value === true;
  if (value === undefined) {
    if (spec.required) throw usage('missing-option', `option "--${name}" is missing`);
    return spec.default;
  }
  const text = String(value);
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
