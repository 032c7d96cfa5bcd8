import type { Random } from '#test/support/random.js';
import { commandWords } from '#test/support/tools.js';
import type { Command, Tool } from '#tool/command.js';
import { chooseCommand, commonOptions } from '#tool/invoke.js';
import { sameJson } from '#tool/json.js';
import { type OptionSpec, type OptionSpecs, type ParsedArguments, parseArguments } from '#tool/options.js';
import { attempt, must } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutateWords } from '../mutate/document.js';
import { toolsByName } from './tools.js';

type Input = { tool: string; line: string[] };

/** For mutations, which come after the seeds. */
let tools: ReadonlyMap<string, Tool> = new Map();

/** Command lines as the flags of each command allow them, and not quite: what is understood can be written out again. */
export const options = target<Input>({
  name: 'options',
  what: 'the command line of every command of every tool; what is read gives itself back',
  quick: 3000,
  seeds: async () => {
    tools = await toolsByName();
    return [...tools.values()].flatMap((tool) =>
      tool.commands.map((c) => ({ tool: tool.name, line: [...commandWords(tool, c), ...c.positionals.map(() => 'x')] })),
    );
  },
  mutate: (input, random, other) => {
    const tool = tools.get(input.tool);
    if (!tool || random.chance(0.05)) return { ...input, line: other.line };
    const command = attempt(() => chooseCommand(tool, input.line).command) ?? random.pick(tool.commands);
    const words = [...wordsOf({ ...commonOptions, ...command.options }, random), ...odd];
    return { tool: input.tool, line: mutateWords(input.line, random, words).slice(0, 40) };
  },
  run: async (input) => {
    const tool = (await toolsByName()).get(input.tool);
    const chosen = tool && attempt(() => chooseCommand(tool, input.line.map(String)));
    if (!chosen) return 'refused';
    const { command, args } = chosen;
    const specs: OptionSpecs = { ...commonOptions, ...command.options };
    const parse = (words: string[]) => parseArguments(words, specs, command.positionals, command.rest !== undefined);
    const parsed = attempt(() => parse(args));
    if (!parsed) return 'refused';
    for (const [name, spec] of Object.entries(specs)) checkValue(name, spec, parsed.options[name]);
    must(sameJson(parse(written(parsed, specs, command)), parsed), 'a command line gives itself back');
    return 'accepted';
  },
});

const odd = [
  '--',
  '-',
  '--=',
  '--x=',
  '-x',
  '---',
  '--no-',
  '--no-no-help',
  '-=',
  '-hh',
  '-1',
  '-1.5',
  '=',
  '',
  '--__proto__',
  '--toString',
];

/** A flag of the command in each of the ways it may be given, and its neighbours. */
function wordsOf(specs: OptionSpecs, random: Random): string[] {
  const name = random.pick(Object.keys(specs));
  const spec = specs[name] as OptionSpec;
  const value = random.pick([...(spec.choices ?? []), '1', '10G', 'x', '-5', '--', '', 'a=b', '1e3', '0x10', ' 7']);
  const short = spec.alias === undefined ? [] : [`-${spec.alias}`, `-${spec.alias}${value}`, `-${spec.alias}=${value}`];
  return [`--${name}`, `--${name}=${value}`, `--no-${name}`, `--${name.slice(0, -1)}`, value, ...short];
}

function checkValue(name: string, { type, choices, required }: OptionSpec, value: unknown): void {
  const isSet = type === 'list' || type === 'boolean' || required;
  must(!isSet || value !== undefined, `${name} is set`);
  if (value === undefined) return;
  if (type === 'list') must(Array.isArray(value) && value.every((v) => typeof v === 'string'), `${name} is a list`);
  else if (type === 'integer') must(Number.isSafeInteger(value), `${name} is a whole number`);
  else must(typeof value === type, `${name} is a ${type}`);
  must(!choices || choices.includes(String(value)), `${name} is one of its choices`);
}

function written(
  { options: given, positionals, rest }: ParsedArguments,
  specs: OptionSpecs,
  { rest: takesRest }: Command,
): string[] {
  const flags = Object.entries(specs).flatMap(([name, spec]) => {
    const value = given[name];
    if (value === undefined) return [];
    if (spec.type === 'boolean') return [value ? `--${name}` : `--no-${name}`];
    return [value].flat().map((v) => `--${name}=${v}`);
  });
  // Words that look like flags can only stand behind --, which those commands keep for themselves that take a rest.
  if (takesRest === undefined) return [...flags, '--', ...positionals];
  return [...flags, ...positionals, ...(rest ? ['--', ...rest] : [])];
}
