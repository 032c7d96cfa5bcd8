import { exitGuestDied, exitKilled, exitTimeLimit, type SandboxResult } from './options.js';
import { readText } from './output.js';

/** What a guest left in its work directory; `cause` says whether it was ended from here. */
export function collectResult(work: string, cause: { timedOut: boolean; killed: boolean }): SandboxResult {
  const text = readText(work, 'code');
  const messages = readText(work, 'console') ?? '';
  const ran = text !== undefined && text !== ''; // a command that was done before the kill is done
  const timedOut = !ran && cause.timedOut;
  const killed = !ran && !timedOut && cause.killed;
  return {
    code: ran ? Number(text) : timedOut ? exitTimeLimit : killed ? exitKilled : exitGuestDied,
    stdout: readText(work, 'out') ?? '',
    stderr: readText(work, 'err') ?? '',
    timedOut,
    killed,
    failure: ran || timedOut || killed ? undefined : `${readText(work, 'failure') ?? 'the guest died'}\n${lastLines(messages)}`,
    console: messages,
  };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-8).join('\n');
}
