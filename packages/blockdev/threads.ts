import { libc } from './libc.js';

let widened = false;

/**
 * Gives the runtime's pool, in whose threads device I/O waits, enough of them that many devices answer at once. The
 * size is read when the pool is first used: by Node from `process.env`, by Bun from the C library's environment, which
 * `process.env` does not reach.
 */
export function widenThreadPool(): void {
  if (widened) return;
  widened = true;
  if (process.env.UV_THREADPOOL_SIZE !== undefined) return;
  if (process.versions.bun === undefined) process.env.UV_THREADPOOL_SIZE = '32';
  else libc().setenv('UV_THREADPOOL_SIZE', '32', 1);
}
