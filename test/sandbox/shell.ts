import { join } from 'node:path';
import type { SandboxOptions } from './options.js';
import { projectRoot } from './programs.js';
import { startSandbox } from './sandbox.js';

const disks = ['1G', '1G', '1G', '1G'];

/** An interactive shell in a guest, on the caller's terminal; its exit code. Ends with the shell (`exit` or Ctrl-D). */
export async function runShell(options: SandboxOptions): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new Error('an interactive shell needs a terminal');
  const root = projectRoot();
  process.stdout.write(
    'A throw-away Linux guest: you are root, the disks are /dev/ubda … /dev/ubdd, dvm is on the PATH; exit ends it.\n',
  );
  process.stdin.setRawMode(true); // every key, Ctrl-C too, goes to the guest
  try {
    const result = await startSandbox({
      timeLimit: 0,
      ...options,
      command: options.command.length > 0 ? options.command : ['bash', '--noprofile', '--norc', '-i'],
      disks: options.disks?.length ? options.disks : disks,
      env: { ...environment(root), ...options.env },
      terminal: true,
    }).result;
    if (result.failure) process.stderr.write(`sandbox: ${result.failure}\r\n`);
    return result.code;
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.unref();
  }
}

function environment(root: string): Record<string, string> {
  return {
    PATH: [join(root, 'bin'), root, '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'].join(':'),
    TERM: process.env.TERM ?? 'linux',
    PS1: '\\[\\e[1m\\]guest:\\w# \\[\\e[0m\\]',
  };
}
