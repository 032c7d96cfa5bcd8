import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { writeAll } from '#tool/stdio.js';

/**
 * Puts a file in its place whole: written beside it under another name, made durable, renamed.
 * What was there before stays as it was when anything fails.
 *
 * @throws DvmError `no-output` (exit 73)
 */
export function replaceFile(path: string, content: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeAll(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (e) {
    rmSync(temporary, { force: true });
    throw fail('cannotCreate', 'no-output', `file "${path}" cannot be written: ${(e as Error).message}`, { cause: e });
  }
}
