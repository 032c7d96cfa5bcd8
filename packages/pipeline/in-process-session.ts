import { type Plan, planType, type Result } from '#dm/documents.js';
import { openKernel } from '#dm/open-kernel.js';
import { run } from '#dm/program/machine.js';
import type { PhaseSession } from '#tool/programs.js';

/**
 * Runs the phases of a plan in this process, when none of them suspends anything: a big process may fault
 * at any time, so what suspends runs in a dmexec of its own, locked in memory.
 *
 * @param argv dmexec's arguments: `--kernel SPEC` and `--session`
 * @returns undefined when the plan needs a process of its own
 */
export function startInProcess(argv: readonly string[], plan: unknown, note: (line: string) => void): PhaseSession | undefined {
  const { phases } = planType.parse(plan, 'plan');
  if (Object.values(phases).some((p) => p.some((i) => i.op === 'suspend'))) return undefined;
  const at = argv.indexOf('--kernel');
  const kernel = openKernel(at < 0 ? 'real' : (argv[at + 1] ?? 'real'), note);
  return {
    run: async (phase) => runPhase(phases, phase, kernel),
    end: async () => kernel.close(),
  };
}

function runPhase(phases: Plan['phases'], phase: keyof Plan['phases'], kernel: ReturnType<typeof openKernel>): Result {
  return run(phases[phase] ?? [], kernel, { phase });
}
