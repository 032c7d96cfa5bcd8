import { shellText } from '#pipeline/pipeline.js';
import { type Call, type Output, Text } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import type { OptionSpecs } from '#tool/options.js';
import { parseSpan } from '#tool/time.js';
import { changeOptions, configOf, passOn, type runOptions, tmWords } from '../verb.js';
import { activateAll } from './activate-all.js';
import { describeActivation } from './describe.js';
import { thisMachine } from './this-machine.js';

/** Options of `dvm activate`. */
export const activateOptions = {
  ...changeOptions,
  auto: { type: 'boolean', describe: 'only those not kept down by their autoactivate flag' },
  all: { type: 'boolean', describe: 'all groups: what can come up does, and the rest is named' },
  only: { type: 'list', value: 'TARGET', describe: 'with --all: only this group or volume, or this path of one' },
  wait: {
    type: 'string',
    value: 'TIME',
    describe: 'wait for the locks of other programs (10s); where it is given with --all also for devices: 30s, 2m',
  },
  degraded: { type: 'boolean', describe: 'devices may be missing: volumes whose redundancy makes up for it come up too' },
  partial: { type: 'boolean', describe: 'devices may be missing: all volumes come up, and what lies there cannot be read' },
} as const satisfies OptionSpecs;
export type ActivateCall = Call<typeof runOptions & typeof activateOptions>;

/** The words for tm, whose wait is in seconds. */
export function tmWordsOf(options: ActivateCall['options']): string[] {
  return tmWords({ ...options, wait: Math.ceil(parseSpan(options.wait ?? '10s') / 1000) });
}

/** Answers, as the verb's page tells them. */
const exits = { whole: 0, degraded: 1, incomplete: 2 } as const;

/** `dvm activate --all`: what boot runs. */
export async function bringUpAll(call: ActivateCall): Promise<Output> {
  refuseWords(call);
  const { auto, only, wait } = call.options;
  const tm = tmWordsOf(call.options);
  if (call.options.print) return new Text(pipelines(tm));
  const run = { configPath: configOf(call), trace: call.tracePath, note: call.note };
  const machine = thisMachine(run, tm, passOn(call.options, ['kernel']));
  const activation = await activateAll(machine, { auto, only, wait: wait === undefined ? 0 : parseSpan(wait) });
  call.exit(exits[activation.state]);
  return call.options.json ? activation : new Text(describeActivation(activation));
}

function refuseWords({ positionals, options }: ActivateCall): void {
  if (positionals.length > 0)
    throw fail('usage', 'surplus-argument', `unexpected argument "${positionals[0]}": --all is all groups`, {
      hint: 'write --only before what is to come up',
    });
  for (const word of ['partial', 'degraded', 'dry-run', 'no-activate'] as const)
    if (options[word]) throw fail('usage', 'contradiction', `--all and --${word} contradict each other`);
}

/** What is done for each group; which there are is known when it runs. */
function pipelines(tm: readonly string[]): string {
  const read = [['discover', 'groups']] as const;
  const selection = ['--keep-tables', '--activation-mode', 'degraded', '--activate', 'LV'];
  const activate = [['tm', 'activate', '--degraded', ...tm, 'GROUP', '--', ...selection]] as const;
  return [read, activate].map((p) => `${shellText(p)}\n`).join('');
}
