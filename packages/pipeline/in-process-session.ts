import { type Plan, planType } from '#dm/documents.js';
import { prepare } from '#dm/executor.js';
import { refuseBadProgram } from '#dm/program/check.js';
import type { PhaseSession } from '#tool/programs.js';

/** Resident bytes up to which this process is small enough to be locked whole: a group of some thousand volumes. */
const MOST_RESIDENT = 256 << 20;

/**
 * Runs the phases of a plan in this process, where that is as safe as in a dmexec of its own: nothing is suspended, or all
 * of this process can be locked in memory, and is small ([why](../../docs/decisions/0005-suspending-in-one-process.md)).
 *
 * @param argv dmexec's arguments: `--kernel SPEC` and `--session`
 * @returns undefined when the plan needs a process of its own
 */
export function startInProcess(argv: readonly string[], plan: unknown, note: (line: string) => void): PhaseSession | undefined {
  const { phases } = planType.parse(plan, 'plan');
  const { check = [] } = phases;
  // what checks metadata is started meanwhile, and would inherit what a locked process is spared
  if (suspends(phases) && (check.length > 0 || !canBeLocked())) return undefined;
  for (const program of Object.values(phases)) refuseBadProgram(program);
  const at = argv.indexOf('--kernel');
  const executor = prepare(Object.values(phases), { kernel: at < 0 ? 'real' : (argv[at + 1] ?? 'real'), note });
  return {
    run: async (phase) => {
      const { result, signals } = await executor.run(phases[phase] ?? [], phase);
      for (const signal of signals) process.kill(process.pid, signal); // they were held until nothing was suspended
      return result;
    },
    end: async () => executor.close(),
  };
}

function suspends(phases: Plan['phases']): boolean {
  return Object.values(phases).some((program) => program.some((i) => i.op === 'suspend'));
}

/** V8's own code cannot be locked (packages/dm/code-range.ts). */
function canBeLocked(): boolean {
  return process.versions.bun !== undefined && process.memoryUsage.rss() <= MOST_RESIDENT;
}
