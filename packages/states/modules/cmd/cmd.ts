import type { FromSchema } from 'json-schema-to-ts';
import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule } from '../builtin.js';
import type { Answer, Context, Request } from '../module.js';
import { cleanEnvironment, type Ran, runBounded } from '../process.js';
import { findGroup, findUser } from '../system/users.js';
import { wordsOf } from './words.js';

const text = { type: 'string' } as const;

export const runSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    argv: { type: 'array', items: text, minItems: 1, description: 'program and arguments, in place of the name' },
    shell: { type: ['boolean', 'string'], description: 'whether a shell reads the command: true for /bin/sh, or its path' },
    cwd: { type: 'string', pattern: '^/', description: 'directory to run in' },
    user: { type: ['string', 'integer'], description: 'who runs it' },
    group: { type: ['string', 'integer'], description: 'in place of the user’s own group' },
    env: { type: 'object', additionalProperties: text, description: 'variables, besides PATH, HOME and LC_ALL' },
    stdin: { type: 'string', description: 'what it reads' },
    timeout: { type: 'number', minimum: 0, description: 'seconds until it is killed with its children' },
    success: { type: 'array', items: { type: 'integer' }, description: 'exit codes that mean success' },
    parse: { enum: ['json', 'lines'], description: 'makes of standard output `json` or `lines` in the output' },
  },
} as const;

type RunArgs = FromSchema<typeof runSchema>;

/** Commands: whether there is something to do, only `unless`, `onlyif`, `creates` and requisites can tell. */
export const cmd = builtinModule('cmd', {
  run: builtinFunction<RunArgs>({
    summary: 'runs a command',
    schema: runSchema,
    look: (request, context) => ({
      changed: true,
      comment: 'the command would run',
      act: () => runCommand(request, context),
    }),
    watch: runCommand,
  }),
  wait: builtinFunction<RunArgs>({
    summary: 'runs a command only when something that it watches has changed',
    schema: runSchema,
    look: () => ({ changed: false, comment: 'nothing that it watches has changed' }),
    watch: runCommand,
  }),
});

async function runCommand(request: Request<RunArgs>, context: Context): Promise<Answer> {
  const { args } = request;
  const [file, ...rest] = await asUser(args, commandLine(request));
  const who = args.user === undefined ? {} : identity(await findUser(args.user));
  const env = { ...cleanEnvironment, ...who, ...args.env };
  const timeout = args.timeout === undefined ? undefined : args.timeout * 1000;
  const ran = await runBounded({ file, args: rest, env, cwd: args.cwd, input: args.stdin, timeout, signal: context.signal });
  if (ran.problem !== undefined) throw notStarted(request, file, ran.problem);
  return answerOf(ran, args);
}

function commandLine({ name, args: { argv, shell } }: Request<RunArgs>): [string, ...string[]] {
  const [first, ...rest] = argv ?? [];
  if (first !== undefined) return [first, ...rest];
  if (shell === undefined || shell === false) return wordsOf(name);
  return [shell === true ? '/bin/sh' : shell, '-c', name];
}

/** setpriv(1) takes all rights away before the program starts, and gives the user's other groups. */
async function asUser({ user, group }: RunArgs, words: [string, ...string[]]): Promise<[string, ...string[]]> {
  if (user === undefined && group === undefined) return words;
  const who = user === undefined ? undefined : await findUser(user);
  const gid = group === undefined ? who?.gid : await findGroup(group);
  const ids = [...(who ? [`--reuid=${who.uid}`] : []), `--regid=${gid}`];
  const groups = who && /\D/.test(who.name) ? '--init-groups' : '--clear-groups';
  return ['setpriv', ...ids, groups, '--', ...words];
}

function identity({ name, home }: { name: string; home: string }) {
  return { USER: name, LOGNAME: name, HOME: home };
}

function notStarted({ name, args: { cwd } }: Request<RunArgs>, file: string, problem: string) {
  return fail('notFound', 'command-not-started', `command "${name}" did not start: ${problem} of "${file}"`, {
    hint: cwd === undefined ? 'see whether the program is there and may be run' : `see whether "${file}" and "${cwd}" are there`,
  });
}

function answerOf(ran: Ran, { success = [0], parse }: RunArgs): Answer {
  const stdout = ran.stdout.toString().replace(/\n$/, '');
  const output = { code: ran.code, stdout, stderr: ran.stderr.toString().replace(/\n$/, ''), ...parsed(stdout, parse) };
  const result = ran.code !== null && success.includes(ran.code) && ran.stopped === undefined;
  const comment = `${ending(ran)}${ran.cut ? '; its output is cut' : ''}`;
  return { result, changed: true, changes: { code: ran.code }, output, comment };
}

function ending({ code, signal, stopped }: Ran): string {
  if (stopped)
    return stopped === 'timeout' ? 'the command was killed: its time was over' : 'the command was killed: the run was ended';
  return signal === null ? `the command ended with ${code}` : `the command was killed by ${signal}`;
}

function parsed(stdout: string, parse: RunArgs['parse']) {
  if (parse === undefined) return {};
  if (parse === 'lines') return { lines: stdout === '' ? [] : stdout.split('\n') };
  try {
    return { json: JSON.parse(stdout) as unknown };
  } catch (e) {
    throw fail('badInput', 'not-json', `what the command printed is not JSON: ${(e as Error).message}`);
  }
}
