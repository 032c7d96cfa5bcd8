import { realpathSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import type { Repository } from '../documents/documents.js';
import { type Cache, keepUsed, makeOnce, openCache, placeOf } from './cache.js';
import type { Location } from './location.js';
import { isCommit, mirror, refuseMovedBack } from './mirror.js';
import { readFiles } from './read.js';
import { type Policy, verify } from './signature.js';
import { writeTree } from './tree.js';

export interface FetchOptions {
  cache: string;
  policy: Policy;
  allowBack: boolean;
}

/**
 * Brings repositories onto this node, each pinned to a commit that keeps the policy. What was used is kept, so that none can
 * move back unseen; it is kept for all of them, when all of them are here.
 */
export async function fetchAll(locations: readonly Location[], options: FetchOptions): Promise<Repository[]> {
  const twice = locations.find((l, i) => locations.findIndex((other) => other.name === l.name) !== i);
  if (twice)
    throw fail('usage', 'bad-repository', `two repositories are called "${twice.name}"`, { hint: 'give one a name: NAME=URL' });
  const cache = locations.some((l) => !l.local) ? openCache(options.cache) : undefined;
  const repositories: Repository[] = [];
  for (const location of locations)
    repositories.push(cache && !location.local ? await fetchGit(location, cache, options) : readLocal(location, options.policy));
  for (const [i, { url, ref }] of locations.entries()) {
    const commit = repositories[i]?.commit;
    if (cache && commit !== undefined && !isCommit(ref ?? '')) keepUsed(cache, url, ref ?? '', commit);
  }
  return repositories;
}

function readLocal({ name, url }: Location, policy: Policy): Repository {
  if (policy.kind !== 'none')
    throw fail('permission', 'bad-signature', `directory "${url}" is signed by nobody`, {
      hint: `name it as a repository of git: ${url}#BRANCH`,
    });
  const files = readFiles(url);
  return { name, url, directory: realpathSync(url), signature: { policy: 'none', verdict: 'unchecked' }, files };
}

async function fetchGit(location: Location, cache: Cache, { policy, allowBack }: FetchOptions): Promise<Repository> {
  const { name, url, ref, subdirectory } = location;
  const found = await mirror(location, cache);
  if (!allowBack) await refuseMovedBack(location, found, cache);
  const signature = await verify(name, found, policy);
  const directory = placeOf(cache, 'trees', url, found.commit, subdirectory);
  await makeOnce(directory, (made) => writeTree(found, subdirectory, made));
  return {
    name,
    url,
    ...(ref !== undefined && { ref }),
    commit: found.commit,
    directory,
    signature,
    files: readFiles(directory),
  };
}
