import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string | Uint8Array;
  /** The reader of standard output leaves at once. */
  leave?: boolean;
  /** Milliseconds until it is killed. */
  limit?: number;
  /** Told its process id. */
  onStart?: (pid: number) => void;
}

/** Runs a program to its end; after 30 s it is killed, unless `limit` says otherwise. */
export function runProcess(file: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(file, args, { timeout: options.limit ?? 30_000, killSignal: 'SIGKILL' });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  child.stdin.on('error', () => {}); // a program that does not read its input
  child.stdin.end(options.input ?? '');
  const stdout = gather(child, options);
  const stderr: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) =>
      done({
        code,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}

function gather(child: ChildProcessWithoutNullStreams, { leave = false }: RunOptions): Buffer[] {
  const chunks: Buffer[] = [];
  if (leave) child.stdout.destroy();
  else child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

/** Does `work` for every item, a few at a time, and returns what it returned in order. */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i] as T);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
  return results;
}
