import type { Instruction } from '#dm/documents.js';
import { programType } from '#dm/documents.js';
import { checkProgram } from '#dm/program/check.js';
import { runChecked } from '#dm/program/machine.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import type { SimState } from '#dm/sim/state.js';
import { Random } from '#test/support/random.js';
import { attempt, must } from '../engine/oracle.js';
import { target } from '../engine/target.js';

/** A program of instructions about few devices, and which calls of the kernel fail. */
type Input = { program: Instruction[]; faults: number[] };

const names = ['a', 'b', 'c', 'd'];
const uuids = ['U', 'V'];
const table = { targets: [{ type: 'zero', size: 8, args: '' }] };

/** `a` and `b` have uuids, `c` has none, `d` is not there. */
const state: SimState = {
  ...{ kind: 'sim-kernel', version: 1, backing: {} },
  devices: { a: { minor: 0, uuid: 'U', live: table }, b: { minor: 1, uuid: 'V', live: table }, c: { minor: 2, live: table } },
};

/** The promise for which programs are checked: whatever fails on the way, no device stays suspended that could be resumed. */
export const suspension = target<Input>({
  name: 'suspension',
  what: 'the static check of programs against the machine: what is accepted leaves nothing suspended',
  quick: 3000,
  seeds: () => {
    const random = new Random(3);
    return Array.from({ length: 20 }, (_, i) => ({ program: generated(random, 2 + (i % 8)), faults: i % 3 === 0 ? [i] : [] }));
  },
  mutate: (input, random, other) => {
    const { program, faults } = input;
    const roll = random.below(10);
    if (roll === 0) return { program, faults: faults.length > 0 ? faults.slice(1) : [1 + random.below(8)] };
    if (roll === 1) return { program, faults: [...faults, 1 + random.below(12)].slice(-4) };
    if (roll === 2) return { program: generated(random, 2 + random.below(8)), faults };
    const at = random.below(program.length + 1);
    if (roll === 3) return { program: [...program.slice(0, at), ...other.program].slice(0, 24), faults };
    const put = roll < 6 ? [] : [instruction(random, program.length)];
    return { program: program.toSpliced(at, random.below(2), ...put).slice(0, 24), faults };
  },
  run: ({ program, faults }) => {
    const sound = attempt(() => programType.parse({ kind: 'program', version: 1, instructions: program }, 'program'));
    if (!sound || checkProgram(sound.instructions).length > 0) return 'refused';
    const failing = (Array.isArray(faults) ? faults : []).map((call) => ({ call: Number(call), errno: 'ENOMEM' as const }));
    const kernel = new SimKernel(state, { faults: failing });
    const result = runChecked(sound.instructions, kernel);
    const left = Object.entries(kernel.state().devices).flatMap(([name, d]) => (d.suspended && d.live ? [name] : []));
    for (const name of left) must(result.suspended?.includes(name) ?? false, `"${name}" is left suspended, and nobody is told`);
    if (failing.length === 0) must(left.length === 0, `"${left.join()}" is left suspended although nothing failed`);
    return 'accepted';
  },
});

function generated(random: Random, length: number): Instruction[] {
  return Array.from({ length }, () => instruction(random, length));
}

const ops = [
  'suspend',
  'suspend',
  'resume',
  'resume',
  'rename',
  'create',
  'remove',
  'load',
  'clear',
  'jmp',
  'jmp-fail',
  'exit',
] as const;

function instruction(random: Random, length: number): Instruction {
  const op = random.pick(ops);
  const name = random.pick(names);
  const id = random.chance(0.3) ? { name, uuid: random.pick(uuids) } : { name };
  // Mostly forward: programs that go round cost time and say nothing.
  if (op === 'jmp' || op === 'jmp-fail')
    return { op, to: random.chance(0.9) ? Math.max(0, length - random.below(3)) : random.below(length + 1) };
  if (op === 'exit') return { op, code: 0 };
  if (op === 'rename') return { op, id, name: random.pick(names) };
  if (op === 'load') return { op, id, targets: [{ type: random.pick(['zero', 'error']), size: 8, args: '' }] };
  return { op, id };
}
