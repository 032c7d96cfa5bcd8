import { existsSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import type { Context, Module } from '../module.js';
import { output, type Runner, realRunner } from '../system/program.js';

interface CheckoutArgs {
  repo: string;
  rev: string;
  force?: boolean;
}

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['repo', 'rev'],
  properties: {
    repo: { type: 'string', pattern: '^[^-]', description: 'URL or path of the repository' },
    rev: {
      type: 'string',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_./-]*$',
      description: 'commit, or a branch or tag, which is then followed',
    },
    force: { type: 'boolean', description: 'lose what was changed by hand' },
  },
} as const;

/** No transport that runs programs of the URL's choice, no hooks, no questions. */
const env = { GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh', GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', HOME: '/root' };
/** What is owned by others is left to git to refuse: its configuration would name programs (filters) for root to run. */
const careful = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'advice.detachedHead=false'];

/** Working copies of git repositories. */
export function gitModule(runner: Runner = realRunner): Module {
  const git = async (args: readonly string[], signal?: AbortSignal) =>
    (await output(runner, { file: 'git', args: [...careful, ...args], env, ...(signal && { signal }) })).trim();
  const inside = (path: string, ...args: string[]) => git(['-C', path, ...args]);

  return builtinModule('git', {
    checkout: builtinFunction<CheckoutArgs>({
      summary: 'a working copy at this commit',
      name: { type: 'string', pattern: '^/' },
      schema,
      look: ({ name, args }, context) => finding(name, args, context),
    }),
  });

  async function finding(path: string, { repo, rev, force = false }: CheckoutArgs, { signal }: Context): Promise<Finding> {
    const wanted = await commitOf(repo, rev, signal);
    const has = existsSync(`${path}/.git`);
    if (!has && existsSync(path) && (await isFull(path)))
      throw fail('exists', 'not-a-checkout', `"${path}" is there, and no working copy of git`, { hint: 'move it away' });
    const now = has ? await inside(path, 'rev-parse', '--verify', '-q', 'HEAD').catch(() => '') : '';
    const dirty = has && (await inside(path, 'status', '--porcelain', '--untracked-files=no')) !== '';
    if (dirty && !force)
      throw fail('inUse', 'dirty-checkout', `"${path}" has changes made by hand`, {
        hint: 'commit them elsewhere, or say "force: true"',
      });
    const out = { path, commit: wanted };
    if (now === wanted && !dirty) return { changed: false, comment: `"${path}" is at ${wanted}`, output: out };
    const act = async () => {
      if (!has) await git(['init', '-q', '--', path]);
      await git(['-C', path, 'fetch', '-q', '--no-tags', '--', repo, wanted], signal).catch(() =>
        git(['-C', path, 'fetch', '-q', '--', repo, rev], signal),
      );
      await git(['-C', path, 'checkout', '-q', '--detach', ...(force ? ['--force'] : []), wanted]);
      return { comment: `"${path}" was brought to ${wanted}`, output: out };
    };
    return { changed: true, comment: `"${path}" would be brought to ${wanted}`, changes: { commit: [now || null, wanted] }, act };
  }

  async function isFull(path: string): Promise<boolean> {
    const { readdirSync } = await import('node:fs');
    return readdirSync(path).length > 0;
  }

  /** A full commit is taken at its word; a branch or tag is asked for. */
  async function commitOf(repo: string, rev: string, signal: AbortSignal): Promise<string> {
    if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(rev)) return rev;
    const refs = (await git(['ls-remote', '--', repo, rev, `${rev}^{}`], signal)).split('\n').map((line) => line.split('\t'));
    const named = (suffix: string) =>
      refs.find(([, ref]) => ref === `refs/heads/${rev}${suffix}` || ref === `refs/tags/${rev}${suffix}`);
    const commit = (named('^{}') ?? named(''))?.[0];
    if (commit) return commit;
    throw fail('notFound', 'no-revision', `"${repo}" has no branch or tag "${rev}"`, {
      hint: 'name a branch, a tag, or a whole commit',
    });
  }
}
