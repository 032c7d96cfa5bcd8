import { fail } from '#tool/errors.js';
import { type Cache, lastUsed, makeOnce, placeOf } from './cache.js';
import { git, gitFailed, gitOutput } from './git.js';
import type { Location } from './location.js';

export interface Mirror {
  /** A bare repository. */
  directory: string;
  commit: string;
}

/**
 * Brings a repository's branches and tags into the cache, and finds the commit that its ref names.
 *
 * @throws DvmError `git-failed` (exit 69), `no-ref` (exit 80)
 */
export async function mirror(location: Location, cache: Cache): Promise<Mirror> {
  const directory = placeOf(cache, 'git', location.url);
  await makeOnce(
    directory,
    async (made) => void (await gitOutput(made, ['init', '--quiet', '--bare', '--template=', '--', made])),
  );
  const head = location.ref ?? (await headOf(directory, location.url));
  if (!isCommit(head) || !(await resolve(directory, head))) {
    const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
    await gitOutput(directory, [
      'fetch',
      '--quiet',
      '--no-tags',
      '--prune',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--',
      location.url,
      ...refs,
    ]);
  }
  const commit = await resolve(directory, head);
  if (commit !== undefined) return { directory, commit };
  throw fail('notFound', 'no-ref', `repository "${location.name}" has no branch, tag or commit "${head}"`, {
    hint: `look with: git ls-remote ${location.url}`,
  });
}

export function isCommit(ref: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
}

/** The branch that the other side calls its head. */
async function headOf(directory: string, url: string): Promise<string> {
  const out = (await gitOutput(directory, ['ls-remote', '--symref', '--', url, 'HEAD'])).toString();
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(out)?.[1];
  if (branch !== undefined) return branch;
  throw fail('notFound', 'no-ref', `repository "${url}" does not say which branch is its head`, {
    hint: 'write #BRANCH behind it',
  });
}

async function resolve(directory: string, ref: string): Promise<string | undefined> {
  const names = isCommit(ref) ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  for (const name of names) {
    const ran = await git(directory, ['rev-parse', '--quiet', '--verify', '--end-of-options', `${name}^{commit}`]);
    if (ran.code === 0) return ran.stdout.toString().trim();
  }
  return undefined;
}

/**
 * Refuses a branch or tag that moved back or aside: whose commit is no descendant of the one that was used last. A commit that is
 * named as such was chosen.
 *
 * @throws DvmError `moved-back` (exit 84)
 */
export async function refuseMovedBack(location: Location, { directory, commit }: Mirror, cache: Cache): Promise<void> {
  const ref = location.ref ?? '';
  const last = isCommit(ref) ? undefined : lastUsed(cache, location.url, ref);
  if (last === undefined || last === commit) return;
  const ran = await git(directory, ['merge-base', '--is-ancestor', last, commit]);
  if (ran.code === 0) return;
  if (ran.code === null) throw gitFailed('merge-base', ran);
  throw fail(
    'outOfSync',
    'moved-back',
    `repository "${location.name}" moved back: ${commit} is no descendant of ${last}, which was used last`,
    {
      hint: 'if that was meant, fetch with --allow-back',
      details: { url: location.url, ref: location.ref ?? null, commit, last },
    },
  );
}
