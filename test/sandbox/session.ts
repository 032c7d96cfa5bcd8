import { skipped } from '#test/support/check.js';
import { runtimeEnvironment } from '#test/support/runtime.js';
import { sandboxMissing } from './missing.js';
import type { SandboxOptions } from './options.js';
import { projectRoot } from './programs.js';
import { startSandbox } from './sandbox.js';

/** Set in the guest: the file runs its tests there instead of booting a guest. */
const IN_GUEST = 'DVM_GUEST';

let called = false;

/**
 * Tests that need a real kernel, all of a file in ONE guest. On the host this boots a guest that runs the same built
 * file and passes on its output and exit code; in the guest, as root, it calls `body`, which makes and runs the suites:
 *
 *     guestTests({ disks: ['64M', '64M'] }, () => {
 *       const test = suite('linear');
 *       test('reads back what was written', () => …);
 *       test.run();
 *     });
 *
 * Once a file, at top level, and with no suites outside of it. Where no guest can be booted the file is skipped, loudly.
 */
export function guestTests(options: Omit<SandboxOptions, 'command' | 'onOutput'>, body: () => void): void {
  if (called) throw new Error('guestTests is called twice in one file: its totals would hide each other');
  called = true;
  const missing = sandboxMissing(options);
  if (process.env[IN_GUEST]) body();
  else if (missing) skipped(1, missing);
  else void bootForTests(options);
}

async function bootForTests(options: Omit<SandboxOptions, 'command' | 'onOutput'>): Promise<void> {
  const file = process.argv[1] ?? '';
  const guest = startSandbox({
    timeLimit: 600,
    cwd: projectRoot(),
    ...options,
    command: [process.execPath, '--enable-source-maps', file],
    env: { ...options.env, ...runtimeEnvironment, [IN_GUEST]: '1' },
    onOutput: (stream, chunk) => process[stream].write(chunk),
  });
  const result = await guest.result;
  const problem = problemOf(result.stdout, result.timedOut, result.failure);
  if (problem) process.stdout.write(`guest: ${problem}\n`);
  process.exitCode = problem && result.code === 0 ? 1 : result.code;
}

/** A guest's run counts only when it ended by itself and said how many tests it ran. */
function problemOf(stdout: string, timedOut: boolean, failure: string | undefined): string | undefined {
  if (timedOut) return 'the time limit was reached';
  if (failure) return failure;
  return /^\s*Total:\s+\d/m.test(stdout) || /^SKIPPED /m.test(stdout) ? undefined : 'no total was printed; is .run() missing?';
}
