import { closeSync, constants, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '#tool/directories.js';
import { fail, isSystemError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';
import { type ModuleSignature, verifyModule } from './signature.js';

/**
 * Puts a module into a directory once it is verified; the signature goes last, so that one without the other is never run.
 *
 * @throws DvmError `untrusted-module` (exit 77), `cannot-add` (exit 73)
 */
export function addModule(directory: string, program: Uint8Array, signature: ModuleSignature, keys: string): void {
  const { name } = signature;
  verifyModule(name, program, signature, keys);
  try {
    makeDirectories(directory, 0o755);
    put(join(directory, name), program, 0o755);
    put(join(directory, `${name}.json`), Buffer.from(`${canonical(signature)}\n`), 0o644);
    sync(directory);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('cannotCreate', 'cannot-add', `module "${name}" cannot be put into "${directory}": ${e.message}`, { cause: e });
  }
}

function put(path: string, bytes: Uint8Array, mode: number): void {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, mode);
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

function sync(directory: string): void {
  const fd = openSync(directory, constants.O_RDONLY);
  fsyncSync(fd);
  closeSync(fd);
}
