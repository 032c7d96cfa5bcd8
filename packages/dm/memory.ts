import { readFileSync, writeFileSync } from 'node:fs';
import { errnoName, type Libc, libc, MCL_CURRENT, MCL_FUTURE, PR_SET_IO_FLUSHER } from '#blockdev/libc.js';
import { fail } from '#tool/errors.js';
import { unlockCode } from './code-range.js';
import { lockResident } from './resident.js';

const oomPath = '/proc/self/oom_score_adj';

/**
 * Prepares the process for suspending devices it may live on: all memory locked, allocations that start no I/O, not
 * to be killed when memory is short. Returns what undoes it; V8 aborts at exit while memory is locked.
 *
 * @throws DvmError not-locked (exit 69)
 */
export function lockMemory(): () => void {
  const calls = libc();
  errnoName(0); // loads the names: nothing is to be loaded while a device is suspended
  const result = process.versions.bun === undefined ? lockAll(calls) : lockResident(calls);
  if (result < 0)
    throw fail('unavailable', 'not-locked', `memory cannot be locked: ${errnoName(result)}`, {
      hint: 'run it as root, raise RLIMIT_MEMLOCK, or take the risk with --unlocked',
    });
  calls.prctl(PR_SET_IO_FLUSHER, 1); // unknown before Linux 5.6, and not allowed in some containers
  const score = setOomScore('-1000');
  return () => {
    if (score !== undefined) setOomScore(score);
    calls.prctl(PR_SET_IO_FLUSHER, 0);
    calls.munlockall();
  };
}

/** All but the code that V8 compiles. */
function lockAll(calls: Libc): number {
  const result = calls.mlockall(MCL_CURRENT | MCL_FUTURE);
  if (result === 0) unlockCode(calls);
  return result;
}

/** Returns the score before; undefined when it cannot be set. */
function setOomScore(score: string): string | undefined {
  try {
    const before = readFileSync(oomPath, 'utf8').trim();
    writeFileSync(oomPath, score);
    return before;
  } catch {
    return undefined;
  }
}

const held = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGALRM', 'SIGUSR2'] as const;

/**
 * Keeps signals from ending or stopping the process while `f` runs, which does not return to the event loop, and
 * tells which ones came.
 */
export async function holdSignals<T>(f: () => T): Promise<{ value: T; signals: string[] }> {
  const signals: string[] = [];
  const note = (signal: NodeJS.Signals): void => void signals.push(signal);
  for (const signal of held) process.on(signal, note);
  try {
    const value = f();
    await new Promise((done) => setImmediate(done)); // the event loop hands over what came
    return { value, signals };
  } finally {
    for (const signal of held) process.off(signal, note);
  }
}
