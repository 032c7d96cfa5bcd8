import { closeSync, constants, mkdirSync, openSync, readdirSync, realpathSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readMountTable } from '#blockdev/mounts.js';
import { fail, isSystemError } from '#tool/errors.js';

const { O_DIRECTORY, O_NOFOLLOW } = constants;
/** open(2): for the path alone; not in Node's constants. */
const O_PATH = 0o10000000;

/**
 * A directory, held open. Everything in it is reached through the descriptor (`/proc/self/fd/N/name`), as openat(2) does:
 * whoever swaps a directory for a link meanwhile gets an error, not a mount somewhere else.
 */
export interface Place {
  fd: number;
  close(): void;
}

/**
 * Opens the directory at a path below a root, none of whose parts below that root may be a link.
 *
 * @param make parts that are not there are made
 * @throws DvmError `not-a-directory` (exit 77), `no-directory` (exit 80)
 */
export function openPlace(path: string, root: string, make = false): Place {
  let at = openPath(realRoot(root), path);
  const parts = path.slice(root.length).split('/').filter(Boolean);
  for (const part of parts) {
    const next = `/proc/self/fd/${at}/${part}`;
    try {
      if (make) makeDirectory(next);
      const inner = openPath(next, path);
      closeSync(at);
      at = inner;
    } catch (e) {
      closeSync(at);
      throw e;
    }
  }
  return { fd: at, close: () => closeSync(at) };
}

/**
 * A root as it is: the kernel's table of mounts has no links in it, and must be found to say what was asked for.
 *
 * @throws DvmError `bad-root` (exit 78)
 */
export function realRoot(root: string): string {
  let real: string;
  try {
    real = realpathSync(root);
  } catch (e) {
    throw fail('config', 'bad-root', `root "${root}" is not there`, {
      hint: 'make it, or change "roots" of the config',
      cause: e,
    });
  }
  if (real !== root) throw fail('config', 'bad-root', `root "${root}" is a link to "${real}"`, { hint: 'name that in "roots"' });
  return root;
}

function openPath(path: string, wanted: string): number {
  try {
    return openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  } catch (e) {
    throw noDirectory(wanted, e);
  }
}

function noDirectory(path: string, e: unknown): unknown {
  if (!isSystemError(e)) return e;
  if (e.code === 'ENOENT') return fail('notFound', 'no-directory', `directory "${path}" is not there`, { cause: e });
  const why =
    e.code === 'ENOTDIR' || e.code === 'ELOOP' ? 'leads through something that is no directory' : `is not open to us: ${e.code}`;
  return fail('permission', 'not-a-directory', `path "${path}" ${why}`, { hint: 'links are not followed', cause: e });
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, 0o755);
  } catch (e) {
    if (!isSystemError(e) || e.code !== 'EEXIST') throw e;
  }
}

/**
 * Looks at where a volume is to be mounted, and changes nothing.
 *
 * @returns the directories that have to be made, outermost first
 * @throws DvmError `mounted-already`, `not-empty` (exit 83), and those of `openPlace`
 */
export function surveyPlace(path: string, root: string, overNonEmpty: boolean): string[] {
  if (readMountTable().some((m) => m.target === path))
    throw fail('inUse', 'mounted-already', `something is mounted on "${path}" already`);
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const place = openIfThere(at, root);
    if (!place) {
      missing.unshift(at);
      continue;
    }
    try {
      if (at === path && !overNonEmpty && readdirSync(`/proc/self/fd/${place.fd}`).length > 0)
        throw fail('inUse', 'not-empty', `directory "${path}" is not empty`, {
          hint: '"overNonEmpty" of the config lets it be hidden',
        });
      return missing;
    } finally {
      place.close();
    }
  }
}

function openIfThere(path: string, root: string): Place | undefined {
  try {
    return openPlace(path, root);
  } catch (e) {
    if (path !== root && (e as { code?: unknown }).code === 'no-directory') return undefined;
    throw e;
  }
}

/** Takes away directories that were made for a mount point, innermost first, as far as they are empty. */
export function removePlaces(made: readonly string[], root: string): void {
  for (const path of made.toReversed()) {
    const parent = openIfThere(dirname(path), root);
    if (!parent) continue;
    try {
      rmdirSync(join(`/proc/self/fd/${parent.fd}`, basename(path)));
    } catch (e) {
      if (!isSystemError(e)) throw e; // somebody put something there, or took it away
    } finally {
      parent.close();
    }
  }
}
