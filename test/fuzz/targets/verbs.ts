import { tool as dvm } from '#dvm/commands/dvm.js';
import { ids } from '#test/fixtures/group.js';
import { Text, type Tool } from '#tool/command.js';
import { chooseCommand, commonOptions, invoke } from '#tool/invoke.js';
import { parseArguments } from '#tool/options.js';
import type { Programs } from '#tool/programs.js';
import { shellWord } from '#tool/shell.js';
import { attempt, attemptAsync, must } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutateWords } from '../mutate/document.js';
import { toolsByName } from './tools.js';

const verbs = dvm.commands.filter((c) => 'print' in c.options);
const lines = [
  ...verbs.map((c) => [c.name, ...c.positionals.map((p) => (p.name === 'TARGET' ? 'vg/data' : 'x'))]),
  ['create', 'vg', '/dev/sda', '/dev/sdb', '--wipe', '--extent-size', '1M', '--tag', 'a b'],
  ['create', 'vg/a', '--size', '10G', '--stripes', '2', '--stripe-size', '64K', '/dev/sda:0-9'],
  ['extend', 'vg/a', '-L', '+1G', '--fs', '--dry-run'],
  ['reduce', 'vg/a', '--size', '-1G', '--kernel', 'sim:x y'],
  ['rollback', 'vg', '-1'],
  ['move', 'vg', '/dev/sda:0-99', '/dev/sdb', '--volume', 'data'],
];
const words = [
  ...new Set([...lines.flat(), ...verbs.flatMap((c) => Object.keys(c.options).map((name) => `--${name}`))]),
  ...[
    ...Object.values(ids),
    '--',
    "it's",
    'a b',
    '$(x)',
    'vg/-f',
    '-f',
    '--size=--',
    '--tag=--all',
    '+1G',
    '50%FREE',
    'vg/',
    '|',
  ],
];

/** Every verb with --print: the pipelines it stands for are such as their programs understand, whatever the words are. */
export const verbLines = target<string[]>({
  name: 'verbs',
  what: 'command lines of dvm, and whether the programs behind them understand what they get',
  quick: 1500,
  seeds: () => lines,
  mutate: (input, random) => mutateWords(input, random, words).slice(0, 24),
  run: async (input) => {
    const line = input.map(String);
    const chosen = attempt(() => chooseCommand(dvm, line));
    if (!chosen || !verbs.includes(chosen.command)) return 'refused';
    const result = await attemptAsync(() => invoke(dvm, [chosen.command.name, '--print', ...chosen.args], streams));
    if (!result) return 'refused';
    must(result.output instanceof Text, 'pipelines are printed as text');
    const pipelines = split((result.output as Text).text);
    must(pipelines.length > 0, 'a verb stands for something');
    const tools = await toolsByName();
    for (const stage of pipelines.flat()) checkStage(stage, tools);
    return 'accepted';
  },
});

const nobody: Programs = {
  run: () => Promise.reject(new Error('--print runs nothing')),
  session: () => Promise.reject(new Error('--print runs nothing')),
};
const streams = { readInput: async () => Buffer.alloc(0), note: () => {}, programs: nobody, config: {} };

/** The words of each stage of each pipeline, as a shell would read them. */
function split(text: string): string[][][] {
  const pipelines: string[][][] = [[[]]];
  for (const [found] of text.matchAll(/(?:\\'|[^\s'|]|'[^']*')+|\||\n/g)) {
    const stages = pipelines.at(-1) as string[][];
    if (found === '\n') pipelines.push([[]]);
    else if (found === '|') stages.push([]);
    else stages.at(-1)?.push(unquoted(found));
  }
  return pipelines.slice(0, -1);
}

function unquoted(word: string): string {
  const text = word.replace(/'([^']*)'|\\'/g, (_, inner: string | undefined) => inner ?? "'");
  must(shellWord(text) === word, 'a word is quoted as needed');
  return text;
}

/** What stands behind tm's `--` are programs with words of their own. */
function checkStage([name = '', ...args]: string[], tools: ReadonlyMap<string, Tool>): void {
  const tool = tools.get(name);
  must(tool !== undefined, `"${name}" is a program`);
  const { command, args: left } = chooseCommand(tool, args);
  const { rest } = parseArguments(
    left,
    { ...commonOptions, ...command.options },
    command.positionals,
    command.rest !== undefined,
  );
  if (command.name !== 'activate') for (const mutator of mutators(rest ?? [])) checkStage(mutator, tools);
}

function mutators(rest: readonly string[]): string[][] {
  const stages: string[][] = [];
  for (const [i, word] of rest.entries()) {
    if (i === 0 || word === '--') stages.push([]);
    if (word !== '--') stages.at(-1)?.push(word);
  }
  return stages;
}
