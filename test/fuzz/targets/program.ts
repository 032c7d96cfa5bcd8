import { currentType, programType, resultType } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { KernelError } from '#dm/kernel.js';
import { disassemble } from '#dm/program/disassembler.js';
import { runChecked } from '#dm/program/machine.js';
import { readProgram } from '#dm/program/read-program.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import { type SimState, simKernelType } from '#dm/sim/state.js';
import { Random } from '#test/support/random.js';
import { randomProgram } from '#test/support/random-program.js';
import { attempt, must, mustRoundTrip } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutatePart, type Parts, transmitted } from '../mutate/document.js';
import { plain, sound, worlds } from './samples.js';

const words = [
  'a',
  'b',
  'c',
  'U',
  '7:0 0',
  '@a 0',
  '2 8 7:0 0 7:1 0',
  'linear',
  'striped',
  'zero',
  'suspend',
  'resume',
  'jmp',
  'jmp-fail',
];

export const program = target<Parts>({
  name: 'program',
  what: 'programs and states of the simulated kernel: static check, machine, results',
  quick: 800,
  seeds,
  mutate: (input, random, other) => mutatePart(input, random, other, ['program', 'program', 'kernel'], words),
  run: (input) => {
    const parts = input;
    const text = JSON.stringify(parts.program ?? null);
    const read = attempt(() => readProgram(Buffer.from(text), 'input'));
    const state = attempt(() => simKernelType.parse(transmitted(parts.kernel ?? null), 'kernel'));
    if (read?.kind !== 'program' || !state) return 'refused';
    checkText(read.instructions);
    const kernel = attempt(() => new SimKernel(state));
    if (!kernel) return 'refused';
    const result = mustRoundTrip(runChecked(read.instructions, kernel), resultType);
    must(!result.suspended || result.suspended.length > 0, 'what is left suspended is named');
    checkState(kernel);
    return 'accepted';
  },
});

function seeds(): Parts[] {
  const random = new Random(1);
  const kernels = [worlds(1)[0]?.kernel ?? null, ...sound('sim-kernel')];
  const made = Array.from({ length: 12 }, (_, i) => ({
    kind: 'program',
    version: 1,
    instructions: randomProgram(random, 3 + i),
  }));
  return [...sound('program'), ...made.map(plain)].map((p, i) => ({ program: p, kernel: kernels[i % kernels.length] ?? null }));
}

function checkText(instructions: Parameters<typeof disassemble>[0]): void {
  const text = disassemble(instructions);
  const again = readProgram(Buffer.from(text), 'text');
  must(again.kind === 'program' && disassemble(again.instructions) === text, 'a program survives being text');
  programType.parse({ kind: 'program', version: 1, instructions: again.instructions }, 'text');
}

/** What the kernel became can be saved, dumped, and taken up again. */
function checkState(kernel: SimKernel): void {
  const state = mustRoundTrip(kernel.state(), simKernelType) as SimState;
  mustRoundTrip(dump(kernel), currentType);
  try {
    new SimKernel(state);
  } catch (e) {
    if (e instanceof KernelError) must(false, `a state that was reached can be restored: ${e.message}`);
    throw e;
  }
}
