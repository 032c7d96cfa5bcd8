import { accessSync, constants, mkdtempSync, readFileSync, realpathSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A place for the guest's files and its memory: the kernel maps its memory executable from a file there, so the
 * file system must allow that and have room. Memory-backed comes first, for the guest writes its output synchronously.
 */
export function makeWorkDirectory(memoryBytes: number): string {
  const parent = ['/dev/shm', tmpdir(), '/var/tmp'].find((d) => isUsable(d, memoryBytes));
  if (parent === undefined) throw new Error(`no writable, executable temporary directory with ${memoryBytes} bytes free`);
  return mkdtempSync(join(realpathSync(parent), 'dvm-sandbox-'));
}

function isUsable(directory: string, bytes: number): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= bytes && !mountOptions(realpathSync(directory)).includes('noexec');
  } catch {
    return false;
  }
}

/** Options of the mount that holds `path`: the longest mount point above it, and of equal ones the last. */
function mountOptions(path: string): string[] {
  let best = { point: '', options: '' };
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, point = '', , options = ''] = line.split(' ');
    const above = point === '/' || path === point || path.startsWith(`${point}/`);
    if (above && point.length >= best.point.length) best = { point, options };
  }
  return best.options.split(',');
}
