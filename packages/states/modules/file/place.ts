import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readlinkSync } from 'node:fs';
import { fail, isSystemError } from '#tool/errors.js';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** As the kernel's. */
const mostLinks = 40;

/** The directory that a path's last part is in, held open: what is in it is reached through the descriptor, as openat(2) does. */
export interface Place {
  fd: number;
  /** The last part of the path. */
  name: string;
  /** A path to something in the directory, wherever that may be moved. */
  at(name?: string): string;
  close(): void;
}

export interface Opening {
  /** Mode of directories that are missing and made; none are when missing. */
  make?: number;
  /** A link at the end is followed, under the same rule as any other. */
  follow?: boolean;
}

/**
 * Opens the directory that holds the end of an absolute path. A link on the way is followed only out of a directory that root
 * alone (or whoever runs this) can write to: nobody else can swap anything for a link and so have root write elsewhere.
 *
 * @throws DvmError `bad-path` (exit 65), `no-directory` (exit 80), `untrusted-link` (exit 77)
 */
export function openPlace(path: string, { make, follow = false }: Opening = {}): Place {
  const parts = partsOf(path);
  let fd = openSync('/', O_RDONLY | O_DIRECTORY);
  try {
    for (let links = 0; ; ) {
      const name = parts.shift() as string;
      const link = parts.length > 0 || follow ? linkAt(fd, name) : undefined;
      if (link !== undefined) {
        if (links++ >= mostLinks) throw fail('badInput', 'bad-path', `path "${path}" leads through too many links`);
        trustLink(fd, name, path);
        parts.unshift(...(link === '/' ? ['.'] : splitLink(link)));
        if (link.startsWith('/')) fd = reopened(fd, '/');
        continue;
      }
      if (parts.length === 0) return placeOf(fd, name);
      fd = entered(fd, name, path, make);
    }
  } catch (e) {
    closeSync(fd);
    throw e;
  }
}

function placeOf(fd: number, name: string): Place {
  return { fd, name, at: (n = name) => `/proc/self/fd/${fd}/${n}`, close: () => closeSync(fd) };
}

function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!path.startsWith('/') || path.includes('\0') || parts.includes('..') || parts.length === 0)
    throw fail('badInput', 'bad-path', `path "${path}" is not absolute, or leads upwards`);
  return parts;
}

/** Parts of a link; `..` is left to the kernel, which knows where the directory is. */
function splitLink(link: string): string[] {
  return link.split('/').filter((part) => part !== '' && part !== '.');
}

function linkAt(fd: number, name: string): string | undefined {
  try {
    const path = `/proc/self/fd/${fd}/${name}`;
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (e) {
    if (isSystemError(e) && (e.code === 'ENOENT' || e.code === 'EINVAL')) return undefined;
    throw e;
  }
}

function trustLink(fd: number, name: string, path: string): void {
  const { uid, mode } = fstatSync(fd);
  const me = process.geteuid?.() ?? 0;
  if ((uid === 0 || uid === me) && (mode & 0o022) === 0) return;
  throw fail('permission', 'untrusted-link', `path "${path}" leads through "${name}", a link that others than root can change`, {
    hint: 'name the path that it leads to',
  });
}

/** The next directory, made when it may be. The one before is closed. */
function entered(fd: number, name: string, path: string, make: number | undefined): number {
  const next = `/proc/self/fd/${fd}/${name}`;
  try {
    return reopened(fd, next);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    if (e.code !== 'ENOENT' || make === undefined) throw noDirectory(path, name, e);
  }
  try {
    mkdirSync(next, make);
  } catch (e) {
    if (!isSystemError(e) || e.code !== 'EEXIST') throw e;
  }
  return reopened(fd, next);
}

function reopened(fd: number, next: string): number {
  const inner = openSync(next, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  closeSync(fd);
  return inner;
}

function noDirectory(path: string, name: string, cause: NodeJS.ErrnoException) {
  const why = cause.code === 'ENOENT' ? 'is not there' : `is no directory (${cause.code})`;
  return fail('notFound', 'no-directory', `"${name}" on the way to "${path}" ${why}`, {
    hint: 'bring the directory about before, or say "makedirs: true"',
    cause,
  });
}
