import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Duplex } from 'node:stream';
import type { SandboxOptions, SandboxResult } from './options.js';
import { followOutput } from './output.js';
import { collectResult, type EndedFrom } from './result.js';

/** A running guest. */
export interface Guest {
  /** Process id of its keeper on the host. */
  readonly pid: number;
  /** Work directory on the host; gone when `result` settles. */
  readonly work: string;
  /** A power cut: every process of the guest is killed at once. Images given by path keep what they had. */
  kill(): void;
  /** Settles when the guest and everything of it on the host is gone. */
  readonly result: Promise<SandboxResult>;
}

/**
 * Follows a started guest to its end. The keeper says when every process of it is gone; then the result is read and the
 * keeper let go, which removes the work directory.
 */
export function watchGuest(work: string, keeper: ChildProcess, options: SandboxOptions): Guest {
  const control = keeper.stdio[3];
  if (!(control instanceof Duplex)) throw new Error('the keeper has no control pipe');
  const ended: EndedFrom = { timedOut: false, killed: false };
  const kill = () => {
    ended.killed = true;
    control.write('k');
  };
  const stopListening = [onTimeLimit(options, control, ended), onAbort(options, kill)];
  if (options.onOutput) stopListening.push(followOutput(work, options.onOutput));
  const result = keeperEnd(keeper, control, () => collectResult(work, ended)).finally(() => {
    for (const stop of stopListening) stop();
    rmSync(work, { recursive: true, force: true });
  });
  return { pid: keeper.pid ?? 0, work, kill, result };
}

function onTimeLimit({ timeLimit = 120 }: SandboxOptions, control: Duplex, ended: EndedFrom): () => void {
  if (timeLimit === 0) return () => undefined;
  const timer = setTimeout(() => {
    ended.timedOut = true;
    control.write('k');
  }, timeLimit * 1000);
  return () => clearTimeout(timer);
}

function onAbort({ signal }: SandboxOptions, kill: () => void): () => void {
  signal?.addEventListener('abort', kill);
  if (signal?.aborted) kill();
  return () => signal?.removeEventListener('abort', kill);
}

/** Calls `collect` once, between the guest's end and the keeper's, and settles with what it returned after the latter. */
function keeperEnd(keeper: ChildProcess, control: Duplex, collect: () => SandboxResult): Promise<SandboxResult> {
  return new Promise((resolve, reject) => {
    let said = '';
    let result: SandboxResult | undefined;
    control.on('error', () => undefined); // a write to a keeper that has just gone
    control.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.endsWith('ended\n')) return;
      result = collect();
      control.end();
    });
    keeper.once('error', reject); // it could not be started
    keeper.once('exit', () => {
      if (!result) killGroup(Number.parseInt(said, 10));
      resolve(result ?? collect());
    });
  });
}

/** Only when the keeper was killed: its child, the guest's kernel, went with it, but that one's helpers did not. */
function killGroup(id: number): void {
  try {
    if (id > 1) process.kill(-id, 'SIGKILL');
  } catch {
    // all gone
  }
}
