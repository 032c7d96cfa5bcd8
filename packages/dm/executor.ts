import type { Instruction, Plan, Result } from './documents.js';
import { holdSignals, lockMemory } from './memory.js';
import { defaultUdevWait, openKernel } from './open-kernel.js';
import { runChecked } from './program/machine.js';
import type { Phase } from './program/read-program.js';

export interface ExecutorOptions {
  /** `real` or `sim:FILE`. */
  kernel: string;
  /** Do not lock memory. */
  unlocked?: boolean;
  /** Put times into the trace. */
  timing?: boolean;
  /** Milliseconds that udev is waited for. */
  udevWait?: number;
  /** Takes lines for people. */
  note: (line: string) => void;
}

/** Everything is ready to run programs: the kernel open and, where one of them suspends, memory locked. */
export interface Executor {
  /** Runs a checked program; nothing ends the process meanwhile. `signals` came, and were held. */
  run(program: readonly Instruction[], phase?: Phase): Promise<{ result: Result; signals: string[] }>;
  close(): void;
}

/** @throws DvmError no-device-mapper, not-permitted, not-locked, and what a simulated kernel's file may be wrong with */
export function prepare(programs: readonly (readonly Instruction[])[], options: ExecutorOptions): Executor {
  const kernel = openKernel(options.kernel, options.note, options.udevWait ?? defaultUdevWait);
  const suspends = programs.some((program) => program.some((i) => i.op === 'suspend'));
  const unlock = suspends && options.kernel === 'real' && !options.unlocked ? lockMemory() : () => {};
  const clock = options.timing ? { clock: () => performance.now() * 1000 } : {};
  return {
    run: async (program, phase) => {
      const { value, signals } = await holdSignals(() => runChecked(program, kernel, { ...clock, ...(phase ? { phase } : {}) }));
      return { result: value, signals };
    },
    close: () => {
      unlock();
      kernel.close();
    },
  };
}

/** Phase 1, then phase 2; the way back instead when phase 1 failed. The results in order. */
export async function runPlan(phases: Plan['phases'], executor: Executor): Promise<Result[]> {
  const first = (await executor.run(phases.phase1, 'phase1')).result;
  const next: Phase = first.exit === 0 && !first.suspended ? 'phase2' : 'abort';
  return [first, (await executor.run(phases[next], next)).result];
}

/** Names of the devices that some run left suspended. */
export function leftSuspended(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap((r) => r.suspended ?? []))];
}
