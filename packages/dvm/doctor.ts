import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** One thing dvm needs, or is better with, on this machine; or something of a group. */
export interface Finding {
  what: string;
  state: 'ok' | 'missing' | 'wrong' | 'note';
  message: string;
  hint?: string;
}

/** Looks at what dvm stands on: runtime, rights, device-mapper, the programs and directories it uses. */
export async function doctor(): Promise<Finding[]> {
  return [
    runtime(),
    rights(),
    await foreignCalls(),
    deviceMapper(),
    targets(),
    udev(),
    ownRules(),
    program('wipefs', 'discover add needs it to see what a device carries, and to wipe it'),
    lockDirectory(),
    memoryLock(),
  ];
}

function finding(what: string, ok: boolean, message: string, hint?: string, otherwise: 'missing' | 'note' = 'missing'): Finding {
  const f: Finding = { what, state: ok ? 'ok' : otherwise, message };
  return ok || hint === undefined ? f : { ...f, hint };
}

function runtime(): Finding {
  if (process.versions.bun !== undefined) return finding('runtime', true, `Bun ${process.versions.bun}, inside the executable`);
  const major = Number(process.versions.node.split('.')[0]);
  return finding('runtime', major >= 20, `Node ${process.versions.node}`, 'install Node 20 or newer');
}

function rights(): Finding {
  const uid = process.geteuid?.() ?? 0;
  return finding(
    'user',
    uid === 0,
    uid === 0 ? 'root' : `user ${uid}`,
    'devices need root; image files and the sandbox do not',
    'note',
  );
}

async function foreignCalls(): Promise<Finding> {
  try {
    const { libc } = await import('#blockdev/libc.js');
    libc();
    return finding('libc', true, 'system calls that the runtime lacks can be made');
  } catch (e) {
    return finding('libc', false, `they cannot: ${(e as Error).message}`, 'run npm ci on this kind of machine');
  }
}

function deviceMapper(): Finding {
  const listed = read('/proc/misc')?.includes('device-mapper') ?? false;
  return finding(
    'device-mapper',
    listed,
    listed ? `in kernel ${release()}` : `not in kernel ${release()}`,
    'modprobe dm_mod, or try dvm in the sandbox: make sandbox',
  );
}

function targets(): Finding {
  const modules = (read('/proc/modules') ?? '').split('\n').flatMap((l) => /^(dm_\w+|raid\w+) /.exec(l)?.[1] ?? []);
  return {
    what: 'targets',
    state: 'note',
    message: modules.length > 0 ? `modules loaded: ${modules.sort().join(', ')}` : 'built in, or loaded when first used',
  };
}

function udev(): Finding {
  const running = existsSync('/run/udev/control');
  const rules = ['/usr/lib/udev/rules.d', '/lib/udev/rules.d', '/etc/udev/rules.d'].some((d) =>
    existsSync(`${d}/95-dm-notify.rules`),
  );
  if (!running) return { what: 'udev', state: 'note', message: 'not running here: dvm makes device nodes and links itself' };
  return finding(
    'udev',
    rules,
    rules ? 'running, with the rules of device-mapper' : 'running without the rules of device-mapper (95-dm-notify.rules)',
    'install dmsetup, which brings them',
    'note',
  );
}

function ownRules(): Finding {
  const directories = ['/etc', '/usr/local/lib', '/usr/lib', '/lib'].map((d) => `${d}/udev/rules.d`);
  const there = ['56-dvm.rules', '68-dvm-activate.rules'].filter((rule) => directories.some((d) => existsSync(`${d}/${rule}`)));
  const hint = 'make install puts them: without them there are no links by udev, and nothing comes up when devices appear';
  const message = there.length > 0 ? `installed: ${there.join(', ')}` : "dvm's own rules are not installed";
  return finding('rules of dvm', there.length === 2, message, hint, 'note');
}

function program(name: string, why: string): Finding {
  const path = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((d) => `${d}/${name}`).find((p) => existsSync(p));
  return finding(name, path !== undefined, path ?? 'not found', `${why}: install util-linux`);
}

function lockDirectory(): Finding {
  return finding(
    'locks',
    existsSync('/run/lock'),
    existsSync('/run/lock') ? '/run/lock is there' : '/run/lock is missing',
    'mount a tmpfs at /run and make /run/lock',
  );
}

function memoryLock(): Finding {
  const limit = /^Max locked memory\s+(\S+)/m.exec(read('/proc/self/limits') ?? '')?.[1] ?? 'unknown';
  const enough = limit === 'unlimited' || Number(limit) >= addressSpace() || process.geteuid?.() === 0;
  return finding(
    'locked memory',
    enough,
    `limit ${limit}`,
    'dmexec locks 110 to 150 MB while devices are suspended, but the limit counts all it reserves: run as root',
    'note',
  );
}

/** Bytes that locking all memory is counted as. */
function addressSpace(): number {
  return Number(/^VmSize:\s+(\d+) kB/m.exec(read('/proc/self/status') ?? '')?.[1] ?? Number.POSITIVE_INFINITY) * 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
