import { existsSync } from 'node:fs';
import { type Pipeline, shellText } from '#pipeline/pipeline.js';
import { runPipelines } from '#pipeline/runner.js';
import { type Call, type Command, command, type Output, Text } from '#tool/command.js';
import { DvmError, fail } from '#tool/errors.js';
import { outputDocument } from '#tool/invoke.js';
import type { OptionSpecs, OptionValues, PositionalSpec } from '#tool/options.js';
import { describe } from './format.js';
import { withVerbs } from './hints.js';

/** Where dvm, and only dvm, looks for a config when none is given. */
const standardConfig = '/etc/dvm/config.json';

export const runOptions = {
  print: { type: 'boolean', describe: 'show the pipelines instead of running them' },
  json: { type: 'boolean', describe: 'print the result as JSON' },
} as const satisfies OptionSpecs;

/** Flags of the verbs that end in a transaction of tm. */
export const changeOptions = {
  ...runOptions,
  'dry-run': { type: 'boolean', describe: 'show what would change in the metadata and the kernel; touch nothing' },
  wait: { type: 'integer', value: 'SECONDS', describe: 'wait this long for the locks of other programs', default: 10 },
  'no-activate': { type: 'boolean', describe: 'change the metadata only; leave device-mapper alone' },
  kernel: { type: 'string', value: 'real|sim:FILE', describe: 'the device-mapper to drive' },
  'no-thin-check': { type: 'boolean', describe: 'bring thin pools up without a check of their metadata' },
  'no-cache-check': { type: 'boolean', describe: 'bring cached volumes up without a check of their caches' },
} as const satisfies OptionSpecs;

/** The words that hand `changeOptions` on to tm. */
export function tmWords(options: OptionValues<typeof changeOptions>): string[] {
  return [
    ...(options['dry-run'] ? ['--dry-run'] : []),
    '--wait',
    String(options.wait),
    ...(options['no-activate'] ? ['--no-activate'] : []),
    ...passOn(options, ['no-thin-check', 'no-cache-check', 'kernel']),
  ];
}

/** Options that go on under their own names, e.g. `--size 10G` to lv_create. */
export function passOn(options: Record<string, unknown>, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = options[name];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().flatMap((v) => flagWords(name, String(v)));
  });
}

/** Two words, but for the one value that would end the options, or tm's stage. */
function flagWords(name: string, value: string): string[] {
  return value === '--' ? [`--${name}=--`] : [`--${name}`, value];
}

/**
 * Words go on to other programs, which would take one that starts with a hyphen for a flag. A number with a sign is none.
 *
 * @throws DvmError `bad-word` (exit 64)
 */
export function refuseFlags(words: readonly string[]): void {
  const word = words.find((w) => /^-(?!\d+$)/.test(w));
  if (word !== undefined)
    throw fail('usage', 'bad-word', `argument "${word}" starts with a hyphen, which no name does`, {
      hint: 'write ./ before the path of a file that is called so',
    });
}

/**
 * A verb for groups and volumes has options that only one of them takes.
 *
 * @param names of those that are for `others`
 * @throws DvmError `bad-option` (exit 64)
 */
export function refuseOptions(options: Record<string, unknown>, names: readonly string[], others: 'groups' | 'volumes'): void {
  const [given] = passOn(options, names);
  if (given !== undefined) throw fail('usage', 'bad-option', `option "${given}" is for ${others}`);
}

/** A verb: arguments in, pipelines out; running, printing and formatting are the same for all. */
export function verb<const S extends OptionSpecs>(
  name: string,
  summary: string,
  positionals: PositionalSpec[],
  options: S,
  expand: (call: Call<S & typeof runOptions>) => Pipeline[],
): Command {
  return command({
    name,
    summary,
    positionals,
    options: { ...runOptions, ...options },
    run: (call) => {
      refuseFlags(call.positionals);
      return execute(call as unknown as Call<S & typeof runOptions>, expand(call as unknown as Call<S & typeof runOptions>));
    },
  });
}

/** The config to hand to the programs: the one given, else dvm's own place for one. */
export function configOf(call: Pick<Call, 'configPath'>): string | undefined {
  return call.configPath ?? (existsSync(standardConfig) ? standardConfig : undefined);
}

async function execute(call: Call<typeof runOptions>, pipelines: Pipeline[]): Promise<Output> {
  if (call.options.print) return new Text(pipelines.map((p) => `${shellText(p)}\n`).join(''));
  const configPath = configOf(call);
  const runs = runPipelines(pipelines, { configPath, trace: call.tracePath, note: call.note, terminal: call.terminal });
  const done: Output[] = [];
  try {
    for await (const { output, exitCode } of runs) {
      call.exit(exitCode);
      done.push(output);
    }
  } catch (e) {
    for (const output of done) call.note(inWords(output).trimEnd()); // what was done before the one that failed
    throw e instanceof DvmError ? withVerbs(e) : e;
  }
  if (!call.options.json) return new Text(done.map(inWords).join(''));
  return done.length === 1 ? done[0] : each(done.flatMap(outputDocument));
}

function inWords(output: Output): string {
  return output instanceof Text ? output.text : describe(outputDocument(output));
}

async function* each(documents: readonly unknown[]): AsyncGenerator<unknown> {
  yield* documents;
}
