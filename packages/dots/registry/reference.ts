import { fail } from '#tool/errors.js';

/** A repository of a registry. */
export interface Reference {
  /** HOST[:PORT] as it was given: what credentials are looked up by. */
  host: string;
  path: string;
}

/** One part of a repository's name: the distribution specification's `path-component`. */
const part = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/**
 * HOST[:PORT]/PATH, without a tag.
 *
 * @throws DvmError `bad-reference` (exit 64)
 */
export function parseReference(text: string): Reference {
  const [, host, path] = /^((?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?)\/(.+)$/.exec(text) ?? [];
  const hint = 'HOST[:PORT]/PATH, the path in lower case, such as registry.example.com/team/postgres';
  if (host === undefined || path === undefined)
    throw fail('usage', 'bad-reference', `"${text}" is not a repository of a registry`, { hint });
  const odd = path.split('/').find((p) => !part.test(p));
  if (odd !== undefined || path.length > 255)
    throw fail('usage', 'bad-reference', `"${text}" is not a repository of a registry: "${odd ?? path}" cannot be in its path`, {
      hint,
    });
  return { host, path };
}

/**
 * A name (`[a-zA-Z0-9_-]{1,64}`) as a part of a repository's path: itself, or where a path may not hold that `x--` and its
 * bytes in hexadecimal digits. No two names become one.
 */
export function pathPart(name: string): string {
  return part.test(name) && !name.startsWith('x--') ? name : `x--${Buffer.from(name).toString('hex')}`;
}

/** The tag of a commit, which never moves. */
export function commitTag(id: string): string {
  return `c-${id}`;
}

/** The tag of a branch, which does: its name, or `b-` before it where that could be taken for something else or is no tag. */
export function branchTag(name: string): string {
  return /^(?:[bc]-|-)/.test(name) ? `b-${name}` : name;
}

/** The branch that a tag is of, or undefined when it is none's. */
export function branchOf(tag: string): string | undefined {
  const name = tag.startsWith('b-') ? tag.slice(2) : tag;
  return /^[a-zA-Z0-9_-]{1,64}$/.test(name) && branchTag(name) === tag ? name : undefined;
}
