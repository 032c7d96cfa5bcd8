import { exitGuestDied, exitKilled, exitTimeLimit, type SandboxResult } from './options.js';
import { readText } from './output.js';

/** Whether and how a guest was ended from here. */
export interface EndedFrom {
  timedOut: boolean;
  killed: boolean;
}

/** What a guest left in its work directory. */
export function collectResult(work: string, ended: EndedFrom): SandboxResult {
  const text = readText(work, 'code');
  const messages = readText(work, 'console') ?? '';
  const ran = text !== undefined && text !== ''; // a command that was done before the kill is done
  const timedOut = !ran && ended.timedOut;
  const killed = !ran && !timedOut && ended.killed;
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
