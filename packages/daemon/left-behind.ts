import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError } from '#tool/errors.js';

/** Programs that outlive a supervisor that was killed: known by their id and the moment they started, which no other has. */

const askAgain = 20;

export function remember(directory: string, name: string, pid: number): void {
  const started = startOf(pid);
  if (started !== undefined) writeFileSync(fileOf(directory, name), `${pid} ${started}\n`, { mode: 0o600 });
}

export function forget(directory: string, name: string): void {
  rmSync(fileOf(directory, name), { force: true });
}

/** Ends what is left of a program, if anything is: asked to first, killed after `patience` ms. */
export async function endLeftBehind(directory: string, name: string, patience: number): Promise<void> {
  const [pid, started] = remembered(fileOf(directory, name));
  const isThere = (): boolean => pid !== undefined && startOf(pid) === started;
  const deadline = performance.now() + patience;
  for (let signal: NodeJS.Signals = 'SIGTERM'; pid !== undefined && isThere(); await sleep(askAgain)) {
    if (performance.now() > deadline) signal = 'SIGKILL';
    send(pid, signal);
  }
  forget(directory, name);
}

function fileOf(directory: string, name: string): string {
  return join(directory, `${name}.pid`);
}

function remembered(path: string): [pid: number | undefined, started: string] {
  try {
    const [, pid, started = ''] = /^([1-9][0-9]{0,9}) ([0-9]{1,20})\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    return [pid === undefined ? undefined : Number(pid), started];
  } catch (e) {
    if (isSystemError(e) && e.code === 'ENOENT') return [undefined, ''];
    throw e;
  }
}

/** proc(5), the 22nd field of stat: ticks from boot to its start. Undefined when it has gone, or is a corpse. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just gone
  }
}
