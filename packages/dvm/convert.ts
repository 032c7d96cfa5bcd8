import { setTimeout as sleep } from 'node:timers/promises';
import { raidFlags, stripeFlags } from '#metadata/flags.js';
import { type Pipeline, shellText } from '#pipeline/pipeline.js';
import { type RunOptions, runPipeline, streamOf } from '#pipeline/runner.js';
import { type Call, command, type Output, Text } from '#tool/command.js';
import { DvmError } from '#tool/errors.js';
import { outputDocument } from '#tool/invoke.js';
import type { OptionSpecs } from '#tool/options.js';
import { describe } from './format.js';
import { changeOptions, configOf, passOn, refuseFlags, tmWords } from './verb.js';
import { find, parseVolume, update } from './verbs.js';

const options = {
  ...changeOptions,
  ...raidFlags,
  ...stripeFlags,
  type: { ...raidFlags.type, choices: [...raidFlags.type.choices, 'thin'], describe: 'what it is to become' },
  pool: { type: 'string', value: 'POOL', describe: 'thin: the pool that takes what is written from now on' },
  'origin-name': { type: 'string', value: 'NAME', describe: 'thin: what is there becomes a volume of this name' },
  force: { type: 'boolean', describe: 'with fewer stripes: the volume may become smaller' },
  split: { type: 'string', value: 'NAME', describe: 'make one image of a raid1 a volume of its own' },
} as const satisfies OptionSpecs;
type ConvertCall = Call<typeof options>;

/**
 * `dvm convert`: lv_convert, again and again until nothing is left to do, with vg_wait between where the kernel is not done with the
 * step before. A run that was broken off goes on where it was.
 */
export const convert = command({
  name: 'convert',
  summary: 'Make a volume redundant, more so, less so, or not at all, lay it out anew, or make it thin, while it is in use.',
  positionals: [
    { name: 'TARGET', describe: 'GROUP/VOLUME' },
    { name: 'DEVICE', describe: 'where new images go, or which images go', optional: true, many: true },
  ],
  options,
  run: async (call): Promise<Output> => {
    refuseFlags(call.positionals);
    const steps = stepsOf(call);
    const { print, json, split } = call.options;
    const dry = call.options['dry-run'] || call.options['no-activate'];
    const all = dry ? [steps.change] : split !== undefined ? [steps.change, steps.takeIn] : Object.values(steps);
    if (print) return new Text(all.map((p) => `${shellText(p)}\n`).join(''));
    const work = dry || split !== undefined ? simply(call, all) : converting(call, steps);
    if (json) return work;
    let text = '';
    for await (const document of work) if (!show(call, document)) text += describe(document);
    return new Text(text);
  },
});

interface Steps {
  change: Pipeline;
  /** What the kernel is at is taken in by the transaction after (vg_check changes nothing itself). */
  takeIn: Pipeline;
  wait: Pipeline;
}

function stepsOf(call: ConvertCall): Steps {
  const { group, volume } = parseVolume(call.positionals[0] ?? '');
  const names = ['type', 'mirrors', 'stripes', 'stripe-size', 'region-size', 'force', 'pool', 'origin-name', 'split'];
  const words = ['lv_convert', volume, ...passOn(call.options, names), ...call.positionals.slice(1)];
  const tm = tmWords(call.options);
  const kernel = passOn(call.options, ['kernel']);
  return {
    change: update(group, tm, words),
    takeIn: update(group, tm, ['vg_check']),
    wait: [find(group), ['tm', 'read', group], ['vg_wait', '--volume', volume, ...kernel]],
  };
}

async function* simply(call: ConvertCall, pipelines: Pipeline[]): AsyncGenerator<unknown> {
  for (const pipeline of pipelines) {
    const { output, exitCode } = await runPipeline(pipeline, runOf(call));
    call.exit(exitCode);
    yield outputDocument(output);
    if (exitCode !== 0) return;
  }
}

/** Looks at a kernel that says it is done while the metadata cannot be told so: between two of its threads, or for ever. */
const patience = { looks: 50, pause: 100 };

async function* converting(call: ConvertCall, { change, takeIn, wait }: Steps): AsyncGenerator<unknown> {
  let left = patience.looks;
  for (let first = true; ; ) {
    try {
      for await (const document of simply(call, [change])) {
        yield document;
        if (!(document as { changed?: boolean }).changed) return;
      }
      yield* simply(call, [takeIn]);
      first = false;
      left = patience.looks;
    } catch (e) {
      if (!isUnfinished(e, first) || left-- === 0) throw e;
      const group = outputDocument((await runPipeline(wait.slice(0, -1), runOf(call))).output);
      yield* streamOf(wait.at(-1) as readonly [string, ...string[]], group, runOf(call));
      await sleep(patience.pause);
      for await (const document of simply(call, [takeIn])) if ((document as { changed?: boolean }).changed) yield document;
    }
  }
}

/** The first step may fail for images that are not whole; a reshape of a run that was broken off is waited for. */
function isUnfinished(e: unknown, first: boolean): boolean {
  return e instanceof DvmError && (e.code === 'reshaping' || (!first && e.code === 'not-in-sync'));
}

function runOf(call: ConvertCall): RunOptions {
  return { configPath: configOf(call), trace: call.tracePath, note: call.note };
}

/** Progress is one line that is written over, on a terminal. */
function show(call: ConvertCall, document: unknown): boolean {
  const { kind, work, done, of } = document as { kind: string; work?: string; done: number; of: number };
  if (kind !== 'progress') return false;
  if (call.terminal() !== undefined) process.stderr.write(`\r\x1b[K${work}: ${Math.floor((100 * done) / of)} %`);
  return true;
}
