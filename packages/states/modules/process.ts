import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { isSystemError } from '#tool/errors.js';

/** A program to run, and its bounds. */
export interface Start {
  file: string;
  args: readonly string[];
  /** All of it: nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  cwd?: string | undefined;
  input?: string | Uint8Array | undefined;
  /** Milliseconds until it is killed with its children; without end when missing. */
  timeout?: number | undefined;
  /** Bytes kept of each of its streams, 1 MiB by default; what comes after them is read and thrown away. */
  most?: number;
  /** Ends it as a time-out does. */
  signal?: AbortSignal;
}

export interface Ran {
  /** Exit code; null when it was killed or did not start. */
  code: number | null;
  signal: string | null;
  stdout: Buffer;
  stderr: Buffer;
  /** One of the streams was longer than was kept. */
  cut: boolean;
  /** Why it was stopped by us. */
  stopped?: 'timeout' | 'ended';
  /** Why it did not start: `ENOENT`. */
  problem?: string;
}

/** The environment of everything that a run starts. */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
};

/** Milliseconds from SIGTERM to SIGKILL. */
const grace = 2000;
/** Milliseconds that streams are waited for whose program has gone: a daemon that it left may hold them for ever. */
const linger = 500;

/** Runs a program in a process group of its own, to its end or until its time is over; never rejects. */
export function runBounded(start: Start): Promise<Ran> {
  const { spawn } = require('node:child_process') as typeof import('node:child_process'); // slow to load
  return new Promise((done) => {
    const { file, args, cwd, env = cleanEnvironment, most = 1 << 20 } = start;
    const stdio = [start.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] as const;
    let child: ChildProcess;
    try {
      child = spawn(file, args, { cwd, env, stdio: [...stdio], detached: true });
    } catch (e) {
      done(failed(isSystemError(e) ? (e.code ?? e.message) : String(e))); // a NUL in an argument, arguments too long
      return;
    }
    const stdout = gather(child.stdout, most);
    const stderr = gather(child.stderr, most);
    child.stdin?.on('error', () => {}); // it may have gone without reading
    child.stdin?.end(start.input);
    const stop = stopper(child, start);
    child.on('error', (e: NodeJS.ErrnoException) => {
      stop.over();
      done(failed(e.code ?? e.message));
    });
    child.on('exit', () => setTimeout(() => [child.stdout, child.stderr].forEach((s) => void s?.destroy()), linger).unref());
    child.on('close', (code, signal) => {
      const stopped = stop.over();
      const cut = stdout.cut || stderr.cut;
      done({ code, signal, stdout: stdout.bytes(), stderr: stderr.bytes(), cut, ...(stopped && { stopped }) });
    });
  });
}

function failed(problem: string): Ran {
  const none = Buffer.alloc(0);
  return { code: null, signal: null, stdout: none, stderr: none, cut: false, problem };
}

function gather(stream: Readable | null, most: number) {
  const chunks: Buffer[] = [];
  const kept = { length: 0, cut: false, bytes: () => Buffer.concat(chunks) };
  stream?.on('data', (chunk: Buffer) => {
    const room = most - kept.length;
    if (chunk.length > room) kept.cut = true;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    kept.length += Math.min(chunk.length, room);
  });
  return kept;
}

/** Kills the group when the time is over or the run is ended, and says which it was. */
function stopper(child: ChildProcess, { timeout, signal }: Start) {
  let stopped: Ran['stopped'];
  const timers: NodeJS.Timeout[] = [];
  const stop = (why: NonNullable<Ran['stopped']>): void => {
    stopped ??= why;
    kill(child, 'SIGTERM');
    timers.push(setTimeout(() => kill(child, 'SIGKILL'), grace));
  };
  const onAbort = (): void => stop('ended');
  if (timeout !== undefined) timers.push(setTimeout(() => stop('timeout'), Math.min(timeout, 2 ** 31 - 1)));
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  return {
    over: () => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (stopped) kill(child, 'SIGKILL'); // what of the group outlived its first process
      return stopped;
    },
  };
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (e) {
    if (!isSystemError(e) || e.code !== 'ESRCH') throw e;
  }
}
