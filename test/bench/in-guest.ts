import { resolve } from 'node:path';
import { runInSandbox } from '#test/sandbox/sandbox.js';

/**
 * Runs a benchmark's `work` in a guest of its own, with the arguments of this process; its figures come out here.
 *
 * @param file `__filename` of the benchmark
 */
export function inGuest(file: string, work: (words: string[]) => unknown, words: string[]): Promise<void> {
  if (process.env.DVM_GUEST) return Promise.resolve(work(process.argv.slice(2))).then(() => {});
  return boot(file, words);
}

async function boot(file: string, words: string[]): Promise<void> {
  const { code } = await runInSandbox({
    command: [process.execPath, file, ...words],
    cwd: resolve('.'),
    disks: ['1G', '1G', '1G'],
    memory: '1G',
    timeLimit: 1800,
    env: { DVM_GUEST: '1' },
    onOutput: (stream, chunk) => process[stream].write(chunk),
  });
  if (code !== 0) process.exitCode = code ?? 1;
}
