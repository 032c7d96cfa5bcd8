import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  lchownSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { parseSize, SECTOR } from '#tool/units.js';
import { jobFile } from './job.js';
import { diskFile, kernelLine } from './kernel-line.js';
import type { Disk, SandboxOptions, SandboxResult } from './options.js';
import { followOutput } from './output.js';
import { sandboxPrograms } from './programs.js';
import { collectResult } from './result.js';
import { makeWorkDirectory } from './workdir.js';

/** A running guest. */
export interface Guest {
  /** Process id of its keeper on the host. */
  readonly pid: number;
  /** Work directory on the host; gone when `result` settles. */
  readonly work: string;
  /** A power cut: every process of the guest is killed at once. Images given by path keep what they had. */
  kill(): void;
  /** Settles when the guest and everything of it on the host is gone. */
  readonly result: Promise<SandboxResult>;
}

/** Runs one command as root in a throw-away Linux guest and waits for its end; see SandboxOptions. */
export function runInSandbox(options: SandboxOptions): Promise<SandboxResult> {
  return startSandbox(options).result;
}

/**
 * Starts a guest. Throws when it cannot be started here.
 * The keeper process ends the guest and removes the work directory, also when this process is killed.
 */
export function startSandbox(options: SandboxOptions): Guest {
  const programs = sandboxPrograms();
  const work = makeWorkDirectory(parseSize(options.memory ?? '1G') * SECTOR);
  try {
    prepare(work, programs, options);
    return keep(work, startKeeper(work, options), options);
  } catch (e) {
    rmSync(work, { recursive: true, force: true });
    throw e;
  }
}

/** The programs are copied, so that another user can run them wherever the project's directory lies. */
function prepare(work: string, programs: { init: string; keeper: string }, options: SandboxOptions): void {
  copyFileSync(programs.init, join(work, 'init'));
  copyFileSync(programs.keeper, join(work, 'keeper'));
  writeFileSync(join(work, 'job'), jobFile(options));
  writeFileSync(join(work, 'out'), '');
  writeFileSync(join(work, 'err'), '');
  if (options.stdin !== undefined) writeFileSync(join(work, 'in'), options.stdin);
  for (const [i, disk] of (options.disks ?? []).entries()) makeDisk(diskFile(work, i), disk);
  const { user } = options;
  if (user) for (const f of ['.', ...readdirSync(work)]) lchownSync(join(work, f), user.uid, user.gid);
}

function makeDisk(file: string, disk: Disk): void {
  if (typeof disk === 'string') {
    writeFileSync(file, '');
    truncateSync(file, parseSize(disk) * SECTOR);
  } else symlinkSync(realpathSync(disk.image), file);
}

function startKeeper(work: string, options: SandboxOptions): ChildProcess {
  const console = openSync(join(work, 'console'), 'w');
  const terminal = options.terminal ? 'inherit' : undefined;
  try {
    return spawn(join(work, 'keeper'), [work, String(options.cpu ?? 'auto'), ...kernelLine(work, options)], {
      stdio: [terminal ?? 'ignore', terminal ?? console, console, 'pipe'],
      env: { TMPDIR: dirname(work) },
      ...options.user,
    });
  } finally {
    closeSync(console);
  }
}

/** Follows a started guest to its end. The keeper says when it is; the result is read, then the keeper is let go and cleans up. */
function keep(work: string, keeper: ChildProcess, options: SandboxOptions): Guest {
  const control = keeper.stdio[3] as Duplex; // 'pipe' above makes it one
  const cause = { timedOut: false, killed: false };
  const cut = (why: keyof typeof cause) => {
    cause[why] = true;
    control.write('k');
  };
  const kill = () => cut('killed');
  const limit = options.timeLimit ?? 120;
  const timer = limit > 0 ? setTimeout(cut, limit * 1000, 'timedOut') : undefined;
  const stopFollowing = options.onOutput && followOutput(work, options.onOutput);
  options.signal?.addEventListener('abort', kill);
  if (options.signal?.aborted) kill();
  const ended = new Promise<SandboxResult>((resolve, reject) => {
    let result: SandboxResult | undefined;
    const finish = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', kill);
      stopFollowing?.();
      result ??= collectResult(work, cause);
      control.end();
    };
    control.once('data', finish).on('error', () => undefined); // writing to a keeper that has just gone
    keeper.once('error', reject);
    keeper.once('exit', () => {
      if (!result) finish();
      rmSync(work, { recursive: true, force: true });
      if (result) resolve(result);
    });
  });
  return { pid: keeper.pid ?? 0, work, kill, result: ended };
}
