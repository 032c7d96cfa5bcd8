import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { libc } from '#blockdev/libc.js';
import { fail, isSystemError } from '#tool/errors.js';

const path = '/dev/mapper/control';
const S_IFCHR = 0o020000;

/**
 * Opens /dev/mapper/control; where it is absent, loads the module and makes the node, as root.
 *
 * @throws DvmError no-device-mapper (exit 69), not-permitted (exit 77)
 */
export function openControlNode(): number {
  try {
    return openOrMake();
  } catch (e) {
    if (!isSystemError(e)) throw e;
    if (e.code === 'EACCES' || e.code === 'EPERM')
      throw fail('permission', 'not-permitted', `"${path}" cannot be opened: permission denied`, {
        hint: 'run it as root',
        cause: e,
      });
    throw fail('unavailable', 'no-device-mapper', `"${path}" cannot be opened: ${e.message}`, {
      hint: 'load the module dm_mod, try it in the sandbox (make sandbox), or use --kernel sim:FILE',
      cause: e,
    });
  }
}

function openOrMake(): number {
  try {
    return openSync(path, 'r+');
  } catch (e) {
    const absent = isSystemError(e) && ['ENOENT', 'ENODEV', 'ENXIO'].includes(e.code ?? '');
    if (!absent || process.geteuid?.() !== 0) throw e;
    if (minor() === undefined) loadModule();
    const node = minor();
    if (node === undefined) throw e;
    makeNode(node);
    return openSync(path, 'r+');
  }
}

/** The minor number that the misc devices give to device-mapper; undefined when it is not loaded. */
function minor(): number | undefined {
  const found = /^\s*(\d+)\s+device-mapper$/m.exec(readFileSync('/proc/misc', 'utf8'));
  return found ? Number(found[1]) : undefined;
}

function loadModule(): void {
  const modprobe = ['/usr/sbin/modprobe', '/sbin/modprobe'].find((file) => existsSync(file));
  if (!modprobe) return;
  const { spawnSync } = require('node:child_process') as typeof import('node:child_process'); // seldom needed, slow to load
  spawnSync(modprobe, ['-q', 'dm_mod'], { stdio: 'ignore', timeout: 10_000 });
}

function makeNode(minorNumber: number): void {
  const major = Number(/^\s*(\d+)\s+misc$/m.exec(readFileSync('/proc/devices', 'utf8'))?.[1] ?? 10);
  mkdirSync('/dev/mapper', { recursive: true });
  libc().mknod(path, S_IFCHR | 0o600, major, minorNumber);
}
