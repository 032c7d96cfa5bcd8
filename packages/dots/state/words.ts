import { fail } from '#tool/errors.js';
import { namePattern } from './annotation.schema.js';

export const defaultNamespace = 'admin';
export const defaultSubdot = '__default__';
/** All of the file system. */
export const rootSubdot = '__root__';

/** How people name a dot, one of its branches, and a directory of it. */
export interface DotName {
  namespace: string;
  name: string;
  branch?: string;
}
export interface DotWord extends DotName {
  subdot?: string;
}

const pattern = new RegExp(namePattern);

/**
 * `[NAMESPACE/]NAME[@BRANCH][.SUBDOT]`.
 *
 * @example
 * parseDot('justin/shop@fix.postgres'); // { namespace: 'justin', name: 'shop', branch: 'fix', subdot: 'postgres' }
 *
 * @throws DvmError `bad-dot-name` (exit 64)
 */
export function parseDot(text: string): DotWord {
  const [, namespace = defaultNamespace, name = '', branch, subdot] =
    /^(?:([^/]*)\/)?([^/@.]*)(?:@([^.]*))?(?:\.(.*))?$/.exec(text) ?? [];
  for (const part of [namespace, name, branch ?? 'x']) if (!pattern.test(part)) throw badName(text);
  if (subdot !== undefined) checkSubdot(subdot);
  return { namespace, name, ...(branch === undefined ? {} : { branch }), ...(subdot === undefined ? {} : { subdot }) };
}

/** @throws DvmError `bad-dot-name` (exit 64) */
export function checkDotName(text: string): string {
  if (pattern.test(text)) return text;
  throw badName(text);
}

/** Directories that begin with `_` are ours. @throws DvmError `bad-dot-name` (exit 64) */
export function checkSubdot(text: string): string {
  if (text === defaultSubdot || text === rootSubdot) return text;
  if (pattern.test(text) && !text.startsWith('_')) return text;
  throw fail('usage', 'bad-dot-name', `subdot "${text}" is not a-z A-Z 0-9 _ -, 1 to 64 of them, or begins with "_"`);
}

function badName(text: string) {
  return fail('usage', 'bad-dot-name', `"${text}" is not the name of a dot`, {
    hint: 'write [NAMESPACE/]NAME[@BRANCH][.SUBDOT], each of a-z A-Z 0-9 _ -, 64 at most',
  });
}

/** The dot, whatever branch of it was named. */
export function withoutBranch({ namespace, name }: DotName): DotName {
  return { namespace, name };
}

/** As messages name it. */
export function dotWord({ namespace, name, branch }: DotName): string {
  const dot = namespace === defaultNamespace ? name : `${namespace}/${name}`;
  return branch === undefined ? dot : `${dot}@${branch}`;
}
