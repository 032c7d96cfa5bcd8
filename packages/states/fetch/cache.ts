import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '#tool/crypto.js';
import { makeDirectories } from '#tool/directories.js';
import { fail, isSystemError } from '#tool/errors.js';

/**
 * Where fetched repositories are kept: `git/` bare ones by URL, `trees/` their files by commit, `used/` the commit last used of each
 * URL and ref. States run as root, so nobody else may write to it, nor to what lies in it.
 */
export interface Cache {
  directory: string;
}

/** @throws DvmError `untrusted-cache` (exit 77), `no-cache` (exit 73) */
export function openCache(directory: string): Cache {
  try {
    for (const path of [directory, join(directory, 'git'), join(directory, 'trees'), join(directory, 'used')]) {
      makeDirectories(path, 0o700);
      checkOwn(path);
    }
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('cannotCreate', 'no-cache', `the cache "${directory}" cannot be made: ${e.message}`, { cause: e });
  }
  return { directory };
}

function checkOwn(path: string): void {
  const st = lstatSync(path);
  const me = process.geteuid?.() ?? 0;
  const why = !st.isDirectory()
    ? 'is no directory'
    : st.uid !== me
      ? `belongs to user ${st.uid}`
      : (st.mode & 0o022) !== 0
        ? 'is writable by others'
        : undefined;
  if (why !== undefined)
    throw fail('permission', 'untrusted-cache', `the cache "${path}" ${why}`, {
      hint: 'name another with --cache, or remove it',
    });
}

/** The place of something by what it is called. */
export function placeOf({ directory }: Cache, kind: 'git' | 'trees' | 'used', ...words: readonly string[]): string {
  return join(directory, kind, sha256(words.join('\0')).toString('hex').slice(0, 40));
}

/** The commit of a URL and ref that was used last; undefined when there was none. */
export function lastUsed(cache: Cache, url: string, ref: string): string | undefined {
  try {
    return /^[0-9a-f]{40,64}$/.exec(readFileSync(placeOf(cache, 'used', url, ref), 'utf8').trim())?.[0];
  } catch (e) {
    if (isSystemError(e) && e.code === 'ENOENT') return undefined;
    throw e;
  }
}

export function keepUsed(cache: Cache, url: string, ref: string, commit: string): void {
  const path = placeOf(cache, 'used', url, ref);
  writeFileSync(`${path}.${process.pid}`, `${commit}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.${process.pid}`, path);
}

/** Makes a directory whole or not at all; one that is there already is kept. */
export async function makeOnce(path: string, fill: (directory: string) => Promise<void>): Promise<void> {
  if (isThere(path)) return;
  const made = `${path}.${process.pid}`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { mode: 0o700 });
  try {
    await fill(made);
    renameSync(made, path);
  } catch (e) {
    rmSync(made, { recursive: true, force: true });
    if (!isThere(path)) throw e; // another run was faster
  }
}

function isThere(path: string): boolean {
  try {
    checkOwn(path);
    return true;
  } catch (e) {
    if (isSystemError(e) && e.code === 'ENOENT') return false;
    throw e;
  }
}
