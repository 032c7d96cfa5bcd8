import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readMountTable } from '#blockdev/mounts.js';
import { hostRoots, type Roots } from '#blockdev/sysfs.js';
import { isSystemError } from '#tool/errors.js';
import { isAtOrBelow } from '../volumes/mount-point.js';

/**
 * Who keeps a mount point busy: `"postgres" (4711)`, `mounted below, on /mnt/a/b`. Looks through every process: for
 * refusals, not for the way to work.
 */
export function holdersOf(mountPoint: string, roots: Roots = hostRoots): string[] {
  const below = readMountTable('self', roots).filter((m) => m.target !== mountPoint && isAtOrBelow(m.target, mountPoint));
  return [
    ...below.map((m) => `mounted below, on ${m.target}`),
    ...pids(roots)
      .filter((pid) => usedPaths(pid, roots).some((path) => isAtOrBelow(path, mountPoint)))
      .map((pid) => nameOf(pid, roots)),
  ];
}

/** Processes of other mount namespaces, one of each, that see a device (`major:minor`) mounted: containers. */
export function otherNamespaces(dev: string, roots: Roots = hostRoots): string[] {
  const seen = new Set([target(join(roots.proc, 'self/ns/mnt'))]);
  return pids(roots).flatMap((pid) => {
    const namespace = target(join(roots.proc, pid, 'ns/mnt'));
    if (namespace === '' || seen.has(namespace)) return [];
    seen.add(namespace);
    return readMountTable(pid, roots).some((m) => m.dev === dev) ? [`${nameOf(pid, roots)}, in a container`] : [];
  });
}

/** What a process stands in, was started from, or has open. */
function usedPaths(pid: string, roots: Roots): string[] {
  const dir = join(roots.proc, pid);
  const files = gone(() => readdirSync(join(dir, 'fd'))) ?? [];
  return [...['cwd', 'root', 'exe'].map((name) => join(dir, name)), ...files.map((fd) => join(dir, 'fd', fd))]
    .map(target)
    .filter((path) => path.startsWith('/') && path !== '/');
}

function nameOf(pid: string, roots: Roots): string {
  return `"${gone(() => readFileSync(join(roots.proc, pid, 'comm'), 'utf8').trimEnd()) ?? '?'}" (${pid})`;
}

function pids(roots: Roots): string[] {
  return (gone(() => readdirSync(roots.proc)) ?? []).filter((name) => /^\d+$/.test(name));
}

function target(link: string): string {
  return gone(() => readlinkSync(link)) ?? '';
}

/** Processes come and go while they are looked at. */
function gone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (e) {
    if (isSystemError(e)) return undefined;
    throw e;
  }
}
