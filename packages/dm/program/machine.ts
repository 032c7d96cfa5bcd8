import type { Instruction, Result } from '../documents.js';
import { refused } from '../errno.js';
import { type Kernel, KernelError } from '../kernel.js';
import { refuseBadProgram } from './check.js';
import { DeviceNumbers } from './device-numbers.js';
import { nameOf } from './names.js';
import { ObjectBuilder } from './object-builder.js';
import { isOwn, type KernelInstruction, type OwnInstruction, perform } from './perform.js';
import { SuspendedDevices } from './suspended-devices.js';

export interface RunOptions {
  /** Put into the result. */
  phase?: string;
  /** Microseconds; with it the trace tells how long each instruction took. */
  clock?: () => number;
}

/**
 * A program that has taken so many steps more than it has instructions is stopped at its next jump backward, with exit
 * code 1: nothing is suspended there. It bounds the trace, and so the memory.
 */
const mostRepeated = 10_000;

/** All that a running program has. */
interface Machine {
  readonly program: readonly Instruction[];
  readonly kernel: Kernel;
  readonly numbers: DeviceNumbers;
  readonly suspended: SuspendedDevices;
  readonly built: ObjectBuilder;
  readonly trace: Result['trace'];
  readonly clock: (() => number) | undefined;
  ip: number;
  /** The last instruction that called the kernel failed, … */
  failed: boolean;
  /** … and no jmp-fail has asked for it yet. */
  unasked: boolean;
  /** An earlier failure was never asked for. */
  missed: boolean;
  exit: number | undefined;
}

/**
 * Checks a program and runs it; then lets the kernel settle. The kernel stays open.
 *
 * @throws DvmError bad-program, before anything is done
 */
export function run(program: readonly Instruction[], kernel: Kernel, options: RunOptions = {}): Result {
  refuseBadProgram(program);
  return runChecked(program, kernel, options);
}

/** As `run`, for a program that has been checked. */
export function runChecked(program: readonly Instruction[], kernel: Kernel, options: RunOptions = {}): Result {
  const m = start(program, kernel, options.clock);
  let left: string[];
  try {
    while (m.exit === undefined) step(m);
  } finally {
    left = m.suspended.lastResort(kernel, (id, refusal) => record(m, { op: 'resume', id }, refusal, { lastResort: true }));
  }
  if (left.length === 0) kernel.settle();
  return {
    kind: 'result',
    version: 1,
    exit: m.exit,
    result: m.built.value(),
    trace: m.trace,
    ...(options.phase === undefined ? {} : { phase: options.phase }),
    ...(left.length === 0 ? {} : { suspended: left }),
  };
}

function start(program: readonly Instruction[], kernel: Kernel, clock: (() => number) | undefined): Machine {
  return {
    ...{ program, kernel, clock, trace: [], ip: 0 },
    ...{ numbers: new DeviceNumbers(kernel), suspended: new SuspendedDevices(), built: new ObjectBuilder() },
    ...{ failed: false, unasked: false, missed: false, exit: undefined },
  };
}

/** One instruction; past the last one the program ends. */
function step(m: Machine): void {
  const i = m.program[m.ip];
  if (i === undefined) {
    m.exit = m.missed || m.unasked ? 1 : 0;
  } else if (isOwn(i)) {
    m.trace.push({ ip: m.ip, op: i.op, errno: 0 });
    m.ip = control(m, i);
  } else {
    callKernel(m, i);
    m.ip++;
  }
}

/** Returns the address of the next instruction. */
function control(m: Machine, i: OwnInstruction): number {
  switch (i.op) {
    case 'begin-object':
      m.built.begin(i.key);
      break;
    case 'end-object':
      m.built.end(i.key);
      break;
    case 'literal':
      m.built.put(i.key, i.value);
      break;
    case 'exit':
      m.exit = i.code;
      break;
    case 'jmp':
      return jump(m, i.to);
    case 'jmp-fail':
      m.unasked = false;
      if (m.failed) return jump(m, i.to);
  }
  return m.ip + 1;
}

function jump(m: Machine, to: number): number {
  if (to > m.ip || m.trace.length < m.program.length + mostRepeated) return to;
  m.trace.push({ ip: m.ip, op: 'jmp', ...errorOf(refused('ELOOP', 'the program goes round in circles')) });
  m.exit = 1;
  return to;
}

function callKernel(m: Machine, i: KernelInstruction): void {
  const begun = m.clock?.() ?? 0;
  m.missed ||= m.unasked;
  let answer: unknown = null;
  let refusal: KernelError | undefined;
  try {
    answer = perform(i, m.kernel, (targets) => m.numbers.resolve(targets));
    m.numbers.note(i);
    m.suspended.note(i);
  } catch (e) {
    if (!(e instanceof KernelError)) throw e;
    refusal = e;
    m.suspended.noteFailure(i);
  }
  if ('key' in i && i.key !== undefined) m.built.put(i.key, answer);
  m.failed = m.unasked = refusal !== undefined;
  record(m, i, refusal, m.clock ? { microseconds: Math.round(m.clock() - begun) } : {});
}

function record(m: Machine, i: KernelInstruction, refusal: KernelError | undefined, more: object): void {
  const name = nameOf(i);
  m.trace.push({
    ip: m.ip,
    op: i.op,
    ...(name === undefined ? {} : { name }),
    ...(refusal ? errorOf(refusal) : { errno: 0 }),
    ...more,
  });
}

function errorOf({ errno, code }: KernelError): { errno: number; error: string } {
  return { errno, error: code };
}
