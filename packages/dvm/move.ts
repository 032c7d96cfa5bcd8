import { type Pipeline, shellText } from '#pipeline/pipeline.js';
import { type RunOptions, runPipeline, streamOf } from '#pipeline/runner.js';
import { type Call, command, Text } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { outputDocument } from '#tool/invoke.js';
import type { OptionSpecs } from '#tool/options.js';
import { changeOptions, configOf, passOn, refuseFlags, tmWords } from './verb.js';
import { find, type TmWords, update } from './verbs.js';

const { 'dry-run': _, 'no-activate': __, ...common } = changeOptions;
const options = {
  ...common,
  volume: { type: 'string', value: 'LV', describe: 'only what belongs to this volume' },
  step: { type: 'string', value: 'SIZE', default: '4G', describe: 'so much in one transaction: no more is lost by a crash' },
  abort: { type: 'boolean', describe: 'give up what is not finished: it stays where it was' },
} as const satisfies OptionSpecs;
type MoveCall = Call<typeof options>;

/** `dvm move`: pv_move and vg_wait in turns until nothing is left. A run after a crash goes on with what was not finished. */
export const move = command({
  name: 'move',
  summary: 'Move what lies on a device to others, while it is in use.',
  positionals: [
    { name: 'GROUP', describe: 'name or id of a group' },
    { name: 'FROM', describe: 'the device to clear, with ranges of its extents if wanted (DEV:0-99)', optional: true },
    { name: 'TO', describe: 'devices to move to', optional: true, many: true },
  ],
  options,
  run: async (call) => {
    const rounds = roundOf(call);
    if (call.options.print) return new Text(rounds.map((p) => `${shellText(p)}\n`).join(''));
    const work = moving(call, rounds);
    if (call.options.json || call.terminal() === undefined) return work;
    for await (const document of work) show(document as Progress | Moved);
    return undefined;
  },
});

/** One step: the transaction that ends the part before and begins the next, and the wait for it. */
function roundOf(call: MoveCall): Pipeline[] {
  refuseFlags(call.positionals);
  const [group = '', from, ...to] = call.positionals;
  const { step, abort } = call.options;
  const tm: TmWords = tmWords({ ...call.options, 'dry-run': false, 'no-activate': false });
  if (abort) return [update(group, tm, ['pv_move', '--abort'])];
  if (from === undefined) throw fail('usage', 'missing-argument', `no device of group "${group}" is named to move from`);
  const words = [...passOn({ ...call.options, most: step }, ['volume', 'most']), from, ...to];
  const kernel = passOn(call.options, ['kernel']);
  return [
    update(group, tm, ['pv_move', ...words]),
    [find(group), ['tm', 'read', group], ['vg_wait', '--work', 'move', ...kernel]],
  ];
}

interface Progress {
  kind: 'progress';
  volume: string;
  done: number;
  of: number;
}

interface Moved {
  kind: 'transaction';
  group: { name: string };
  seqno: number;
  changed: boolean;
}

async function* moving(call: MoveCall, [step, wait]: Pipeline[]): AsyncGenerator<unknown> {
  const run: RunOptions = { configPath: configOf(call), trace: call.tracePath, note: call.note };
  for (;;) {
    const { output, exitCode } = await runPipeline(step as Pipeline, run);
    call.exit(exitCode);
    const moved = outputDocument(output) as Moved;
    yield moved;
    if (!wait || !moved.changed || exitCode !== 0) return;
    const group = outputDocument((await runPipeline(wait.slice(0, -1), run)).output);
    yield* streamOf(wait.at(-1) as readonly [string, ...string[]], group, run);
  }
}

/** One line that is written over, on standard error. */
function show(document: Progress | Moved): void {
  const line =
    document.kind === 'progress'
      ? `${document.volume}: ${Math.floor((100 * document.done) / document.of)} %`
      : document.changed
        ? `${document.group.name}: version ${document.seqno}`
        : `${document.group.name}: nothing is left to move\n`;
  process.stderr.write(`\r\x1b[K${line}`);
}
