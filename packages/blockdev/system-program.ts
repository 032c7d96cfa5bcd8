import { existsSync } from 'node:fs';
import { fail, isSystemError } from '#tool/errors.js';

/** Programs of root are not looked up in PATH. */
export const programDirectories = [
  ...['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin'],
  '/run/current-system/sw/bin',
];

export interface SystemProgram {
  name: string;
  args: readonly string[];
  /** The package that has it, for the hint when it is missing. */
  from: string;
  /** Exit codes that mean success; 0 by default. */
  success?: readonly number[];
  directories?: readonly string[];
  /** What it works on, for the error; its last argument by default. */
  subject?: string;
  /** Open descriptors that it gets as 3, 4 …: `/proc/self/fd/3` is then what was looked at, wherever its path leads now. */
  keep?: readonly number[];
  /** Variables that it needs, beside the C locale. */
  environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a program of the system: found in fixed directories, with an argument array, the C locale, no other environment and
 * no input.
 *
 * @returns what it printed on standard output
 * @throws DvmError `no-NAME` (unavailable), `NAME-failed` (io)
 */
export async function runSystemProgram({
  name,
  args,
  from,
  success = [0],
  directories,
  keep = [],
  subject,
  environment = {},
}: SystemProgram): Promise<string> {
  const program = findProgram(name, directories);
  if (!program)
    throw fail('unavailable', `no-${name}`, `program "${name}" is not on this machine`, { hint: `install the package ${from}` });
  const { execa } = await import('execa');
  const stdio = ['ignore', 'pipe', 'pipe', ...keep] as ['ignore', 'pipe', 'pipe'];
  // without `cleanup`, which puts handlers on every signal and takes them off again: a mkfs may end after us
  const options = { env: { ...environment, LC_ALL: 'C' }, extendEnv: false, stdio, reject: false, cleanup: false } as const;
  const { exitCode, stdout, stderr, shortMessage, cause } = await execa(program, args, options);
  if (exitCode !== undefined && success.includes(exitCode)) return stdout;
  const state = (isSystemError(cause) && cause.code) || lastLine(stderr) || shortMessage || `exit code ${exitCode}`;
  throw fail('io', `${name}-failed`, `${name} of "${subject ?? args.at(-1)}" failed: ${state.replace(`${name}: error: `, '')}`, {
    details: { program, args, exitCode: exitCode ?? null, stderr: stderr.slice(-4096) },
    cause,
  });
}

/** The path of a program of the system; undefined when it is not installed. */
export function findProgram(name: string, directories: readonly string[] = programDirectories): string | undefined {
  return directories.map((dir) => `${dir}/${name}`).find((p) => existsSync(p));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
