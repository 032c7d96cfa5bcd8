import { fail } from '#tool/errors.js';
import type { Plan, Result } from './documents.js';
import type { Executor } from './executor.js';

const sessionPhases = ['phase1', 'phase2', 'abort', 'check', 'uncheck'] as const;

function isPhase(word: string): word is (typeof sessionPhases)[number] {
  return (sessionPhases as readonly string[]).includes(word);
}

/**
 * Obeys one command a line: `phase1`, `phase2`, `abort`, `check`, `uncheck` run that phase and give its result; `end` and the end of the
 * input end the session, as does a signal that came while a phase was running.
 *
 * @throws DvmError bad-command (exit 64)
 */
export async function* session(
  phases: Plan['phases'],
  executor: Executor,
  commands: AsyncIterable<string>,
): AsyncGenerator<Result> {
  try {
    for await (const command of commands) {
      if (command === 'end') return;
      if (!isPhase(command))
        throw fail('usage', 'bad-command', `session command "${command}" is not one of ${sessionPhases.join(', ')}, end`);
      const { result, signals } = await executor.run(phases[command] ?? [], command);
      yield result;
      if (signals.length > 0) return;
    }
  } finally {
    executor.close();
  }
}

/** The lines of a stream, without blank ones. */
export async function* lines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + Buffer.from(chunk).toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line.trim() !== '') yield line.trim();
  }
  if (rest.trim() !== '') yield rest.trim();
}
