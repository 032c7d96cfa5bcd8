import { fail } from '#tool/errors.js';
import { cleanEnvironment, type Ran, runBounded } from '../process.js';

/** One program of the system, to its end. */
export interface Use {
  file: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  input?: string;
}

/** How modules start the system's programs; tests give what they would print. */
export type Runner = (use: Use) => Promise<Ran>;

export const realRunner: Runner = ({ env, ...use }) =>
  runBounded({ ...use, env: { ...cleanEnvironment, ...env }, most: 32 << 20 });

/**
 * What a program printed.
 *
 * @throws DvmError `no-FILE` (exit 69), `FILE-failed` (exit 74)
 */
export async function output(runner: Runner, use: Use, success: readonly number[] = [0]): Promise<string> {
  const ran = await runner(use);
  if (ran.problem !== undefined)
    throw fail('unavailable', `no-${use.file}`, `program "${use.file}" did not start: ${ran.problem}`, { hint: 'install it' });
  if (ran.code !== null && success.includes(ran.code) && !ran.stopped) return ran.stdout.toString();
  const why = ran.stopped ? `it was stopped (${ran.stopped})` : lastLine(ran) || `exit code ${ran.code ?? ran.signal}`;
  throw fail('io', `${use.file}-failed`, `${use.file} ${use.args.slice(-1)[0] ?? ''} failed: ${why}`, {
    details: { args: use.args, stderr: ran.stderr.toString().slice(-4000) },
  });
}

function lastLine({ stdout, stderr }: Ran): string {
  const text = stderr.toString().trim() || stdout.toString().trim();
  const lines = text.split('\n');
  return (lines.find((line) => /^(?:E|Error|fatal|error): /.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 500);
}
