import { normalize } from 'node:path';
import { isAtOrBelow } from '#blockdev/mounts.js';
import { fail } from '#tool/errors.js';

/** Longer ones fail in the kernel at the latest. */
const longest = 1024;

/**
 * The rules for a path alone; what is there is looked at when it comes to mounting (host/place.ts).
 *
 * @throws DvmError `bad-mount-point` (exit 65)
 */
export function checkMountPoint(path: string, roots: readonly string[]): void {
  const bad = (why: string) =>
    fail('badInput', 'bad-mount-point', `mount point "${path.slice(0, 200)}" ${why}`, {
      hint: `mount points are ${roots.join(', ') || 'nowhere'}, or below; see "roots" of the config`,
    });
  if (!path.startsWith('/')) throw bad('is not absolute');
  if (path.length > longest) throw bad(`is longer than ${longest} bytes`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) throw bad('has control characters');
  if (path !== normalize(path) || (path !== '/' && path.endsWith('/'))) throw bad('is not normalised');
  if (rootOf(path, roots) === undefined) throw bad('is not below a root');
}

/** The innermost root at or above a path; undefined when there is none. */
export function rootOf(path: string, roots: readonly string[]): string | undefined {
  return roots.filter((root) => isAtOrBelow(path, root)).toSorted((a, b) => b.length - a.length)[0];
}
