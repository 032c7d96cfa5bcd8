import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { errnoName, LOCK_EX, LOCK_NB, libc } from '#blockdev/libc.js';
import { fail } from '#tool/errors.js';

/**
 * Makes sure that only one daemon works on a state directory, as long as this process lives.
 *
 * @param path of a file that holds the lock
 * @param hint what to do when another one has it
 * @returns gives it up
 * @throws DvmError `running-already` (exit 75)
 */
export function holdAlone(path: string, hint: string): () => void {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  const result = libc().flock(fd, LOCK_EX | LOCK_NB);
  if (result < 0) {
    closeSync(fd);
    const holder = readFileSync(path, 'utf8').trim();
    throw fail('busy', 'running-already', `state "${path}" is held by process ${holder || 'unknown'}: ${errnoName(result)}`, {
      hint,
    });
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`, 0);
  return () => closeSync(fd);
}
