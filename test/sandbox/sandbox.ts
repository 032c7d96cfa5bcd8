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
import { parseSize, SECTOR } from '#tool/units.js';
import { jobFile } from './job.js';
import { diskFile, kernelLine } from './kernel-line.js';
import type { Disk, SandboxOptions, SandboxResult } from './options.js';
import { sandboxPrograms } from './programs.js';
import { type Guest, watchGuest } from './watch.js';
import { makeWorkDirectory } from './workdir.js';

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
    return watchGuest(work, startKeeper(work, options), options);
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
