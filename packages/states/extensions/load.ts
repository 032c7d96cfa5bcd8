import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, isSystemError } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import { readFileOrFail } from '#tool/stdio.js';
import type { Module } from '../modules/module.js';
import { programModule } from '../modules/program-module.js';
import { largestModule, moduleSignatureType, verifyModule } from './signature.js';

/**
 * A module of a directory (`NAME` and `NAME.json`), verified and asked what it can do. Undefined when there is none of that name.
 *
 * Only root, or whoever runs this, may write to the directory and the file: what was verified is what is started.
 *
 * @throws DvmError `untrusted-module` (exit 77), those of reading and of `programModule`
 */
export async function loadExtension(
  directory: string,
  name: string,
  keyFile: string | undefined,
  signal: AbortSignal,
): Promise<Module | undefined> {
  const path = join(directory, name);
  if (!/^[a-z_][a-z0-9_]{0,63}$/.test(name)) return undefined;
  const program = readTrusted(path, name);
  if (!program) return undefined;
  if (keyFile === undefined)
    throw fail('permission', 'untrusted-module', `module "${name}" is not to be trusted: there are no keys to verify it by`, {
      hint: 'name the file with the keys of the fleet: --keys FILE',
    });
  readTrusted(directory, name);
  const signature = moduleSignatureType.parse(parseJson(readFileOrFail(`${path}.json`), `${path}.json`), `${path}.json`);
  verifyModule(name, program, signature, readFileOrFail(keyFile).toString());
  const module = await programModule(path, signal);
  if (module.name === name) return module;
  throw fail('config', 'bad-module', `module "${name}" says that it is "${module.name}"`);
}

/** The bytes of a file; of a directory none. Undefined when it is not there. */
function readTrusted(path: string, name: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (e) {
    if (isSystemError(e) && e.code === 'ENOENT') return undefined;
    throw untrusted(name, `"${path}" cannot be opened: ${(e as Error).message}`);
  }
  try {
    const st = fstatSync(fd);
    const me = process.geteuid?.() ?? 0;
    if (st.uid !== 0 && st.uid !== me) throw untrusted(name, `"${path}" belongs to user ${st.uid}`);
    if ((st.mode & 0o022) !== 0) throw untrusted(name, `"${path}" is writable by others`);
    if (st.size > largestModule) throw untrusted(name, `"${path}" is larger than ${largestModule} bytes`);
    return st.isDirectory() ? Buffer.alloc(0) : readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function untrusted(name: string, why: string) {
  return fail('permission', 'untrusted-module', `module "${name}" is not to be trusted: ${why}`);
}
