import { tool as dvm } from '#dvm/commands/dvm.js';
import { assert, suite } from '#test/support/check.js';
import { loadTools } from '#test/support/tools.js';
import { splitStages } from '#tm/edit.js';
import { type Command, Text, type Tool } from '#tool/command.js';
import { DvmError } from '#tool/errors.js';
import { chooseCommand, commonOptions, invoke } from '#tool/invoke.js';
import { type OptionSpec, parseArguments } from '#tool/options.js';

/** What dvm's verbs expand to is understood by the programs it is given to, whatever flag is used. */
const test = suite('dvm expands to what the programs take');
const verbs = dvm.commands.filter((c) => 'print' in c.options);

function valueFor({ type, choices }: OptionSpec): string[] {
  if (type === 'boolean') return [];
  return [choices?.[0] ?? (type === 'integer' ? '2' : '1M')];
}

/** A call for each flag of a verb, and one without flags. */
function callsOf(command: Command, target: string): string[][] {
  const words = command.positionals
    .filter((p, i) => i === 0 || !p.optional)
    .map((p, i) => (i === 0 ? target : p.name.toLowerCase()));
  const device = command.positionals.some((p) => p.many) ? ['/dev/a'] : [];
  const flags = Object.entries(command.options).map(([name, spec]) => [`--${name}`, ...valueFor(spec)]);
  return [[], ...flags].map((flag) => [command.name, ...words, ...device, ...flag, '--print']);
}

async function expansion(argv: string[]): Promise<string[]> {
  try {
    const { output } = await invoke(dvm, argv, { readInput: async () => Buffer.alloc(0), note: () => {} });
    return output instanceof Text ? output.text.trimEnd().split(/\n| \| /) : [];
  } catch (e) {
    if (e instanceof DvmError && e.exit === 'usage') return []; // the verb refuses it itself
    throw e;
  }
}

/** The words of a line that has no quotes within quotes. */
function words(line: string): string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((w) => w.replaceAll("'", ''));
}

/** What the stage's program, or one of the mutators behind `--`, says of its arguments. */
function refusals(tools: ReadonlyMap<string, Tool>, stage: string[]): string[] {
  const [name = '', ...argv] = stage;
  const tool = tools.get(name) as Tool;
  try {
    const { command, args } = chooseCommand(tool, argv);
    const { rest } = parseArguments(args, { ...commonOptions, ...command.options }, command.positionals, !!command.rest);
    const mutators = name === 'tm' && command.name !== 'activate' ? splitStages(rest) : [];
    return mutators.flatMap((m) => refusals(tools, m));
  } catch (e) {
    return [`${stage.join(' ')}: ${(e as Error).message}`];
  }
}

for (const command of verbs)
  test(command.name, async () => {
    const tools = new Map((await loadTools()).map((t) => [t.name, t]));
    for (const target of ['vg', 'vg/lv'])
      for (const argv of callsOf(command, target)) {
        const stages = await expansion(argv);
        assert.equal(
          stages.flatMap((s) => refusals(tools, words(s))),
          [],
          argv.join(' '),
        );
      }
  });

test('every verb expands to something', async () => {
  for (const command of verbs) {
    const all = await Promise.all(['vg', 'vg/lv'].map((target) => expansion(callsOf(command, target)[0] ?? [])));
    assert.ok(
      all.some((stages) => stages.length > 0),
      command.name,
    );
  }
});

test.run();
