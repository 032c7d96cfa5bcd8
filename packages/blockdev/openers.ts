import { basename, join } from 'node:path';
import { namesIn, pidsIn, targetOf, textIn } from './fleeting.js';
import { deviceAt, hostRoots, type Roots } from './sysfs.js';

/** Somebody who has a device open without mounting it. */
export interface Opener {
  /** `open in "fio" (4711)`, `behind /dev/loop3`. */
  text: string;
  /** One of udev's programs, which look into a device whenever a writer has closed it, and let go by themselves. */
  passing: boolean;
}

/**
 * Who has a device (`major:minor`) open, as far as this user and this pid namespace can see. Looks through every
 * process: for refusals, not for the way to work.
 */
export function openersOf(dev: string, roots: Roots = hostRoots): Opener[] {
  return [...processes(dev, roots), ...loops(dev, roots)];
}

function processes(dev: string, roots: Roots): Opener[] {
  return pidsIn(roots.proc)
    .filter((pid) => hasOpen(join(roots.proc, pid, 'fd'), dev))
    .map((pid) => ({ text: `open in "${textIn(join(roots.proc, pid, 'comm'))}" (${pid})`, passing: isOfUdev(pid, roots) }));
}

/** Only paths below /dev are looked at: any other may lie on a file system that does not answer. */
function hasOpen(fds: string, dev: string): boolean {
  return namesIn(fds).some((fd) => targetOf(join(fds, fd)).startsWith('/dev/') && deviceAt(join(fds, fd)) === dev);
}

/** Itself, or what started it, is a udevd. */
function isOfUdev(pid: string, roots: Roots): boolean {
  for (let at = pid; Number(at) > 1; ) {
    const status = textIn(join(roots.proc, at, 'status'));
    if (/^Name:\s.*udev/m.test(status)) return true;
    at = /^PPid:\s+(\d+)/m.exec(status)?.[1] ?? '';
  }
  return false;
}

function loops(dev: string, roots: Roots): Opener[] {
  const block = join(roots.sysfs, 'dev/block');
  const backed = namesIn(block).filter((number) => deviceAt(backing(join(block, number))) === dev);
  return backed.map((number) => ({ text: `behind /dev/${basename(targetOf(join(block, number)))}`, passing: false }));
}

/** Of a loop device on another one; no other device has the file. */
function backing(loop: string): string {
  const path = textIn(join(loop, 'loop/backing_file'));
  return path.startsWith('/dev/') ? path : '';
}
