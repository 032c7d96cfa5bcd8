import { fail } from '#tool/errors.js';
import { cleanEnvironment, type Ran, runBounded } from '../modules/process.js';

/** Milliseconds that one command of git may take. */
const patience = 600_000;
/** Bytes that one command may print. */
export const mostPrinted = 512 << 20;

/** Only what is named here is spoken, whatever git's configuration says; no hooks, no prompts, no submodules, no background work. */
const settings = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.pager': 'cat',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'fetch.fsckObjects': 'true',
  'transfer.fsckObjects': 'true',
  'gc.auto': '0',
  'maintenance.auto': 'false',
};

export interface GitCall {
  input?: string;
  env?: Readonly<Record<string, string>>;
  settings?: Readonly<Record<string, string>>;
}

/** Runs the user's git on a bare repository, with whoever runs this one's configuration of it: proxies, credentials, keys. */
export function git(directory: string, args: readonly string[], call: GitCall = {}): Promise<Ran> {
  const set = Object.entries({ ...settings, ...call.settings }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const env = {
    ...cleanEnvironment,
    HOME: process.env.HOME ?? '/root',
    ...(process.env.SSH_AUTH_SOCK !== undefined && { SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK }),
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...call.env,
  };
  const words = [...set, '--git-dir', directory, '--no-pager', ...args];
  return runBounded({ file: 'git', args: words, cwd: '/', env, input: call.input, timeout: patience, most: mostPrinted });
}

/** What git prints. @throws DvmError `git-failed` (exit 69) */
export async function gitOutput(directory: string, args: readonly string[], call: GitCall = {}): Promise<Buffer> {
  const ran = await git(directory, args, call);
  if (ran.code === 0 && !ran.cut) return ran.stdout;
  throw gitFailed(args[0] ?? '', ran);
}

export function gitFailed(what: string, ran: Ran) {
  const told = ran.stderr.toString().trim().split('\n').slice(-3).join('; ');
  const why = ran.problem ?? ran.stopped ?? (ran.cut ? `printed more than ${mostPrinted} bytes` : told || `exit ${ran.code}`);
  return fail('unavailable', 'git-failed', `"git ${what}" failed: ${why.slice(0, 500)}`, {
    hint: ran.problem === undefined ? 'try it by hand as the same user' : 'install git',
  });
}
