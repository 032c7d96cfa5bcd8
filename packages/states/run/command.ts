import { availableParallelism } from 'node:os';
import { type Call, command } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import type { OptionSpecs } from '#tool/options.js';
import { isTerminal, writeAll } from '#tool/stdio.js';
import { parseSpan } from '#tool/time.js';
import { type StatePlan, type StateResult, type StateSummary, statePlanType } from '../documents/documents.js';
import { progressText, resultText, summaryText } from './text.js';

const directory = (describe: string) => ({ type: 'string', value: 'DIR', describe }) as const;

const options = {
  check: { type: 'boolean', describe: 'change nothing, and say what would be changed' },
  resume: { type: 'boolean', describe: 'go on with the interrupted run of this plan' },
  jobs: { type: 'integer', value: 'N', describe: 'how many states may be brought about at a time, as far as the plan allows' },
  failhard: { type: 'boolean', describe: 'begin nothing more after the first failure' },
  wait: { type: 'string', value: 'SPAN', default: '0s', describe: 'how long to wait for another run on this node to end' },
  record: { ...directory('where the run is recorded'), default: '/var/lib/dvm/states' },
  secrets: directory('files with the secrets that states name'),
  modules: directory('modules besides the built-in ones, added by "state module add"'),
  keys: { type: 'string', value: 'FILE', describe: 'public keys (PEM) that modules must be signed by' },
  format: { type: 'string', value: 'FORMAT', choices: ['json', 'text'], describe: 'how to print: text on a terminal, else json' },
} as const satisfies OptionSpecs;

export const run = command({
  name: 'run',
  summary: 'brings about the states of a plan on this node',
  positionals: [],
  options,
  run: async (call) => {
    const { jobs = Math.max(4, 2 * availableParallelism()) } = call.options;
    if (jobs < 1) throw fail('usage', 'bad-option', `option "--jobs" is "${jobs}", not 1 or more`, { hint: 'see --help' });
    parseSpan(call.options.wait);
    const plan = await call.input(statePlanType);
    const text = call.options.format === 'text' || (call.options.format === undefined && call.terminal() !== undefined);
    const lines = judged(runOnThisNode(plan, { ...call.options, jobs, note: call.note }));
    return text ? print(lines, plan, call) : lines;
  },
});

async function* runOnThisNode(plan: StatePlan, given: import('./on-this-node.js').NodeOptions) {
  const { onThisNode } = await import('./on-this-node.js');
  yield* onThisNode(plan, given);
}

type Line = StateResult | StateSummary;

/** Fails at the end of a run in which something failed. */
async function* judged(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  for await (const line of lines) {
    yield line;
    if (line.kind !== 'state-summary') continue;
    if (line.failed > 0)
      throw fail('failed', 'states-failed', `${line.failed} of ${total(line)} states failed`, { details: line });
    if (!line.complete)
      throw fail('failed', 'run-stopped', `the run was stopped with ${line['not-run']} of ${total(line)} states not run`, {
        hint: 'go on with --resume',
      });
  }
}

function total(line: StateSummary): number {
  return line.succeeded + line.failed + line.skipped + line['not-run'];
}

/** As it comes, so not by the frame, which prints what is returned. */
async function print(lines: AsyncIterable<Line>, plan: StatePlan, call: Call<typeof options>): Promise<undefined> {
  const all = Object.keys(plan.pieces).length;
  const progress = isTerminal(2);
  let over = 0;
  for await (const line of lines) {
    const clear = progress ? '\r\x1b[K' : '';
    const text = line.kind === 'state-summary' ? summaryText(line) : resultText(line, call.options.check);
    if (clear !== '') writeAll(2, Buffer.from(clear));
    writeAll(1, Buffer.from(text));
    if (progress && line.kind === 'state-result' && line.decided?.by !== 'listen')
      writeAll(2, Buffer.from(progressText(++over, all, line.key, call.terminal()?.columns ?? 80)));
  }
}
