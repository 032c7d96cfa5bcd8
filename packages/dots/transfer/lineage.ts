import { fail } from '#tool/errors.js';
import type { CommitRecord } from './content.js';

/** A commit and all before it that are known, itself first. @throws DvmError `no-commit` (exit 80) */
export function lineageOf(commits: readonly CommitRecord[], head: string): CommitRecord[] {
  const byId = new Map(commits.map((c) => [c.id, c]));
  const lineage: CommitRecord[] = [];
  for (
    let at = byId.get(head);
    at && lineage.length <= commits.length;
    at = at.parent === undefined ? undefined : byId.get(at.parent)
  )
    lineage.push(at);
  if (lineage.length === 0) throw fail('notFound', 'no-commit', `there is no commit "${head}"`);
  return lineage;
}

/** Where a branch of a registry is. */
export interface BranchHead {
  head: string;
  /** The parent first. */
  ancestors: readonly string[];
}

/**
 * How a branch here and the same one in a registry are to each other. `behind` and `ahead` are as seen from here, and can be
 * settled without loss; the common commit of `diverged` is the newest that both have.
 */
export type Relation =
  | { kind: 'new' | 'same' | 'unrelated' }
  | { kind: 'ahead' | 'behind'; by: number }
  | { kind: 'diverged'; common: string; here: number; there: number };

/** @param here ids of the commits here, the head first */
export function relate(here: readonly string[], there: BranchHead | undefined): Relation {
  const [head = ''] = here;
  if (there === undefined) return { kind: 'new' };
  const all = [there.head, ...there.ancestors];
  if (there.head === head) return { kind: 'same' };
  if (here.includes(there.head)) return { kind: 'ahead', by: here.indexOf(there.head) };
  if (all.includes(head)) return { kind: 'behind', by: all.indexOf(head) };
  const known = new Set(all);
  const common = here.find((id) => known.has(id));
  if (common === undefined) return { kind: 'unrelated' };
  return { kind: 'diverged', common, here: here.indexOf(common), there: all.indexOf(common) };
}

/** Refuses a push that would take something away from others. @throws DvmError `remote-ahead`, `diverged`, `unrelated` (exit 84) */
export function refuseLoss(relation: Relation, branch: string, where: string): void {
  const name = `branch "${branch}" of "${where}"`;
  if (relation.kind === 'behind')
    throw fail('outOfSync', 'remote-ahead', `${name} is ahead by ${commits(relation.by)}`, { hint: 'pull first' });
  if (relation.kind === 'diverged')
    throw fail(
      'outOfSync',
      'diverged',
      `${name} has diverged: since commit "${relation.common}" it has ${commits(relation.there)}, here are ${commits(relation.here)}`,
      { details: relation, hint: 'push under the name of another branch, or roll back to the common commit and pull' },
    );
  if (relation.kind === 'unrelated')
    throw fail('outOfSync', 'unrelated', `${name} has no commits in common with what is here`, {
      hint: 'is it another dot? push to another repository',
    });
}

function commits(count: number): string {
  return count === 1 ? '1 commit' : `${count} commits`;
}
