import { type Call, Lines, type Output, singleTool, Text } from '#tool/command.js';
import { exitCodes, fail } from '#tool/errors.js';
import { canonical } from '#tool/json.js';
import { readFileOrFail } from '#tool/stdio.js';
import { planType, type Result } from '../documents.js';
import { dump } from '../dump.js';
import { type ExecutorOptions, leftSuspended, prepare, runPlan } from '../executor.js';
import { watchEvents } from '../ioctl/watch-events.js';
import { openKernel } from '../open-kernel.js';
import { disassemble } from '../program/disassembler.js';
import {
  checkPlan,
  choosePhase,
  onlyProgram,
  type ProgramInput,
  programsOf,
  readProgram,
  refuseRemoveAll,
} from '../program/read-program.js';
import { lines, session } from '../session.js';

const options = {
  phase: { type: 'string', choices: ['phase1', 'phase2', 'abort'], describe: 'run this phase of a plan only' },
  dump: { type: 'boolean', describe: 'print the devices that exist, and run nothing' },
  scope: { type: 'string', value: 'PREFIX', describe: 'dump and watch only devices whose uuid starts so' },
  events: { type: 'boolean', describe: 'print which devices had an event, a line whenever one has, and run nothing' },
  check: { type: 'boolean', describe: 'check the program, and run nothing' },
  assemble: { type: 'boolean', describe: 'print the program as JSON, and run nothing' },
  disassemble: { type: 'boolean', describe: 'print the program as assembly text, and run nothing' },
  session: {
    type: 'string',
    value: 'PLAN',
    describe: 'read this plan, then obey phase1, phase2, abort and end on standard input',
  },
  kernel: { type: 'string', value: 'KERNEL', default: 'real', describe: 'real, or sim:FILE' },
  timing: { type: 'boolean', describe: 'put the microseconds of each instruction into the trace' },
  'udev-wait': { type: 'integer', value: 'SECONDS', default: 10, describe: 'wait for udev at most so long' },
  unlocked: { type: 'boolean', describe: 'run although memory cannot be locked' },
  'force-remove-all': { type: 'boolean', describe: 'allow remove-all, which takes everybody’s devices' },
} as const;
type DmexecCall = Call<typeof options>;

export const tool = singleTool({
  name: 'dmexec',
  summary: 'Runs a program of device-mapper operations, or prints the devices that exist.',
  input: 'a program or plan document, or a program as assembly text',
  output: 'a result document a program or phase; with --dump a current document',
  positionals: [{ name: 'PROGRAM', describe: 'file with the program; standard input without it', optional: true }],
  options,
  run,
});

async function run(call: DmexecCall): Promise<Output> {
  const { dump: dumps, events, check, assemble, disassemble: disassembles, session: plan, phase } = call.options;
  if ([dumps, events, check, assemble, disassembles, plan].filter(Boolean).length > 1)
    throw fail('usage', 'contradiction', '--dump, --events, --check, --assemble, --disassemble and --session exclude each other');
  if (events) return printEvents(call);
  if (dumps) return printDump(call);
  if (plan !== undefined) return startSession(call, plan);
  const program = choosePhase(await readInput(call), phase);
  if (check) return undefined;
  if (assemble) return new Lines({ kind: 'program', version: 1, instructions: onlyProgram(program) });
  if (disassembles) return new Text(disassemble(onlyProgram(program)));
  return execute(call, program);
}

async function readInput(call: DmexecCall): Promise<ProgramInput> {
  const file = call.positionals[0] ?? '-';
  return file === '-' ? readProgram(await call.inputBytes(), 'standard input') : readProgram(readFileOrFail(file), file);
}

function printDump(call: DmexecCall): Output {
  const kernel = openKernel(call.options.kernel, call.note);
  try {
    return new Lines(dump(kernel, call.options.scope));
  } finally {
    kernel.close();
  }
}

async function* printEvents({ options: { scope = '', kernel } }: DmexecCall): AsyncGenerator<object> {
  if (kernel !== 'real') throw fail('usage', 'no-events', 'only the real kernel has events');
  for await (const devices of watchEvents(scope)) yield { kind: 'events', version: 1, devices };
}

async function startSession(call: DmexecCall, file: string): Promise<Output> {
  const { phases } = await call.file(file, planType);
  const plan = checkPlan(phases, file);
  if (!call.options['force-remove-all']) refuseRemoveAll(plan);
  return session(phases, prepare(programsOf(plan), executorOptions(call)), lines(process.stdin));
}

async function execute(call: DmexecCall, program: ProgramInput): Promise<Output> {
  if (!call.options['force-remove-all']) refuseRemoveAll(program);
  const executor = prepare(programsOf(program), executorOptions(call));
  try {
    const results =
      program.kind === 'plan'
        ? await runPlan(program.phases, executor)
        : [(await executor.run(program.instructions, program.phase)).result];
    return answer(call, results);
  } finally {
    executor.close();
  }
}

/** The results, and the exit code: the programs' own, unless a device is left suspended. */
function answer(call: DmexecCall, results: Result[]): Output {
  const left = leftSuspended(results);
  if (left.length > 0) call.note(canonical(suspendedError(left).toJSON()));
  call.exit(left.length > 0 ? exitCodes.kernel : (results.map((r) => r.exit).findLast((code) => code !== 0) ?? 0));
  return each(results);
}

function suspendedError(names: string[]) {
  return fail('kernel', 'left-suspended', `"${names.join('", "')}" could not be resumed`, {
    hint: 'see the trace for the reason, then resume by: dmsetup resume NAME',
  });
}

async function* each(results: Result[]): AsyncGenerator<Result> {
  yield* results;
}

function executorOptions({ options: o, note }: DmexecCall): ExecutorOptions {
  return { kernel: o.kernel, unlocked: o.unlocked, timing: o.timing, udevWait: Math.max(0, o['udev-wait']) * 1000, note };
}
