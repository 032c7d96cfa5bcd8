import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kill, until } from './dvs.js';

/** Why no machine with a systemd of its own can be started here; undefined when it can. */
export function missingForMachine(): string | undefined {
  const lost = ['/lib/systemd/systemd', '/usr/bin/unshare', '/usr/bin/nsenter'].find((path) => !existsSync(path));
  if (lost !== undefined) return `${lost} is not installed`;
  if (process.getuid?.() !== 0) return 'it takes root';
  return /\boverlay\b/.test(readFileSync('/proc/filesystems', 'utf8')) ? undefined : 'the kernel has no overlay file system';
}

/**
 * A machine in namespaces (processes, mounts, network, names), of which systemd is the first process: for units, as they run for
 * users. It sees this system's files, and whatever it writes goes with it; the kernel and its loop devices are this one's.
 */
export class Machine {
  readonly #init: number;
  readonly #outside: ChildProcess;

  private constructor(outside: ChildProcess, init: number) {
    this.#outside = outside;
    this.#init = init;
  }

  /** @param prepare a program, called with the root directory of the machine before it starts */
  static async start(dir: string, prepare: readonly string[]): Promise<Machine> {
    const inside = join(dir, 'machine');
    mkdirSync(inside);
    const namespaces = ['--pid', '--mount', '--ipc', '--uts', '--net', '--cgroup', '--fork', '--kill-child'];
    const args = [...namespaces, resolve('test/support/machine.sh'), inside, ...prepare];
    const outside = spawn('unshare', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const first = () => childOf(outside.pid ?? 0);
    await until(() => outside.exitCode !== null || isSystemd(first()), 'systemd is there');
    if (outside.exitCode !== null) throw new Error(`the machine did not start: exit ${outside.exitCode}`);
    const machine = new Machine(outside, first());
    try {
      await until(() => /running|degraded/.test(machine.tryRun('systemctl', 'is-system-running')), 'systemd has started');
    } catch (e) {
      await machine.end();
      throw e;
    }
    return machine;
  }

  /** What a program prints in there; it must succeed. */
  run(...words: string[]): string {
    const into = ['-t', `${this.#init}`, '--pid', '--mount', '--ipc', '--uts', '--net', '--cgroup', '--root', '--wdns=/'];
    return execFileSync('nsenter', [...into, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** The same, whether or not it succeeds. */
  tryRun(...words: string[]): string {
    try {
      return this.run(...words);
    } catch (e) {
      return e instanceof Error && 'stdout' in e ? `${e.stdout}` : '';
    }
  }

  /** Everything in it goes with its first process. */
  async end(): Promise<void> {
    await kill(this.#outside);
  }
}

/** Runs a test with a machine that is gone afterwards, whatever becomes of the test. */
export async function withMachine<T>(
  dir: string,
  prepare: readonly string[],
  work: (machine: Machine) => Promise<T>,
): Promise<T> {
  const machine = await Machine.start(dir, prepare);
  try {
    return await work(machine);
  } catch (e) {
    process.stdout.write(machine.tryRun('journalctl', '--no-pager', '-n', '40'));
    throw e;
  } finally {
    await machine.end();
    rmSync(join(dir, 'machine'), { recursive: true, force: true });
  }
}

function childOf(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? Number(readFileSync(path, 'utf8').trim().split(' ')[0]) : 0;
}

/** By then it has mounted, and changed its root. */
function isSystemd(pid: number): boolean {
  const path = `/proc/${pid}/comm`;
  return pid > 0 && existsSync(path) && readFileSync(path, 'utf8') === 'systemd\n';
}
