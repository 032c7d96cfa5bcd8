import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True where loop devices can be made; a test that needs them is skipped, loudly, elsewhere. */
export const canLoop = process.geteuid?.() === 0 && existsSync('/dev/loop-control');

/** A directory that goes with the test, whatever the test does. */
export async function inTmp<T>(f: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'dvm-test-'));
  try {
    return await f(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A sparse image file of `bytes`. */
export function image(path: string, bytes: number): string {
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return path;
}

/** Runs `f` with a loop device over a sparse file of `bytes`; detached afterwards. */
export function withLoop<T>(bytes: number, f: (dev: string, file: string) => T | Promise<T>, ...flags: string[]): Promise<T> {
  return inTmp(async (dir) => {
    const file = image(join(dir, 'disk'), bytes);
    const dev = execFileSync('losetup', ['--find', '--show', ...flags, file], { encoding: 'utf8' }).trim();
    try {
      return await f(dev, file);
    } finally {
      execFileSync('losetup', ['--detach', dev]);
    }
  });
}

/** Runs a program of the host and gives back what it printed. */
export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
