import { join } from 'node:path';
import { namesIn, pidsIn, targetOf, textIn } from './fleeting.js';
import { isAtOrBelow, readMountTable } from './mounts.js';
import { hostRoots, type Roots } from './sysfs.js';

/**
 * Who keeps a mount point busy: `"postgres" (4711)`, `mounted below, on /mnt/a/b`. Looks through every process: for
 * refusals, not for the way to work.
 */
export function holdersOf(mountPoint: string, roots: Roots = hostRoots): string[] {
  const below = readMountTable('self', roots).filter((m) => m.target !== mountPoint && isAtOrBelow(m.target, mountPoint));
  return [
    ...below.map((m) => `mounted below, on ${m.target}`),
    ...pidsIn(roots.proc)
      .filter((pid) => usedPaths(pid, roots).some((path) => isAtOrBelow(path, mountPoint)))
      .map((pid) => nameOf(pid, roots)),
  ];
}

/** Processes of other mount namespaces, one of each, that see a device (`major:minor`) mounted: containers. */
export function otherNamespaces(dev: string, roots: Roots = hostRoots): string[] {
  const seen = new Set([targetOf(join(roots.proc, 'self/ns/mnt'))]);
  return pidsIn(roots.proc).flatMap((pid) => {
    const namespace = targetOf(join(roots.proc, pid, 'ns/mnt'));
    if (namespace === '' || seen.has(namespace)) return [];
    seen.add(namespace);
    return readMountTable(pid, roots).some((m) => m.dev === dev) ? [`${nameOf(pid, roots)}, in a container`] : [];
  });
}

/** What a process stands in, was started from, or has open. */
function usedPaths(pid: string, roots: Roots): string[] {
  const dir = join(roots.proc, pid);
  const files = namesIn(join(dir, 'fd'));
  return [...['cwd', 'root', 'exe'].map((name) => join(dir, name)), ...files.map((fd) => join(dir, 'fd', fd))]
    .map(targetOf)
    .filter((path) => path.startsWith('/') && path !== '/');
}

function nameOf(pid: string, roots: Roots): string {
  return `"${textIn(join(roots.proc, pid, 'comm')) || '?'}" (${pid})`;
}
