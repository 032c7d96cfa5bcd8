import { currentType, desiredType, planType } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { plan } from '#dm/planner/plan.js';
import { checkProgram } from '#dm/program/check.js';
import { disassemble } from '#dm/program/disassembler.js';
import { run } from '#dm/program/machine.js';
import { readProgram } from '#dm/program/read-program.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import { simKernelType } from '#dm/sim/state.js';
import { attempt, must, mustRoundTrip } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutatePart, type Parts, transmitted } from '../mutate/document.js';
import { currentDocuments, plain, sound, worlds } from './samples.js';

const words = [
  '@vg-a 0',
  '@vg-b 0',
  '7:0 8',
  '7:1 0',
  '254:0 0',
  '253:0',
  'linear',
  'striped',
  'error',
  'thin-pool',
  'snapshot',
  'DVM-group',
];

export const planner = target<Parts>({
  name: 'planner',
  what: 'plan() of any current and any desired: sound programs that survive being text',
  quick: 400,
  seeds: () => [
    ...pairs(),
    ...currentDocuments().flatMap((current) => sound('desired').map((desired) => ({ current, desired }))),
  ],
  mutate: (input, random, other) => mutatePart(input, random, other, ['current', 'desired'], words),
  run: (input) => {
    const parts = input;
    const current = attempt(() => currentType.parse(transmitted(parts.current ?? null), 'current'));
    const desired = attempt(() => desiredType.parse(transmitted(parts.desired ?? null), 'desired'));
    const made = current && desired && attempt(() => plan(current, desired));
    if (!made) return 'refused';
    const { phases } = mustRoundTrip(made, planType);
    for (const [phase, program] of Object.entries(phases)) {
      must(checkProgram(program).length === 0, `the checker takes ${phase} of every plan`);
      if (program.length === 0) continue;
      const text = disassemble(program);
      const again = readProgram(Buffer.from(text), 'text');
      must(again.kind === 'program' && disassemble(again.instructions) === text, `${phase} survives being text`);
    }
    return 'accepted';
  },
});

/** What the kernel has after one random group, and the devices of an edited one. */
function pairs(): Parts[] {
  return worlds(12).map(({ kernel, desired, next }) => {
    const sim = new SimKernel(simKernelType.parse(kernel, 'world'));
    const { phases } = plan(dump(sim), desiredType.parse(desired, 'world'));
    for (const program of [phases.phase1, phases.phase2]) run(program, sim);
    return { current: plain(dump(sim)), desired: next };
  });
}
