import { fail } from '#tool/errors.js';

/** Where a dot comes from the first time. */
export interface Seed {
  /** HOST[:PORT] of the registry. */
  host: string;
  /** May be empty, or several parts. */
  namespace: string;
  name: string;
  /** Empty: the main one. */
  branch: string;
}

/**
 * `HOST[:PORT]/[NAMESPACE/]NAME[@BRANCH]`, such as `dothub.com/justincormack/postgres`.
 *
 * @throws DvmError `bad-seed` (exit 64)
 */
export function parseSeed(text: string): Seed {
  const [, host, namespace = '', name, branch = ''] =
    /^([A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?)\/(?:([A-Za-z0-9_./-]+)\/)?([A-Za-z0-9_.-]+)(?:@([A-Za-z0-9_-]{1,64}))?$/.exec(
      text,
    ) ?? [];
  if (host === undefined || name === undefined || `${namespace}/${name}`.split('/').includes('..'))
    throw fail('usage', 'bad-seed', `seed "${text}" is not HOST/[NAMESPACE/]NAME[@BRANCH]`, {
      hint: 'such as dothub.com/justincormack/postgres',
    });
  return { host, namespace, name, branch };
}

export function seedText({ host, namespace, name, branch }: Seed): string {
  return `${[host, namespace, name].filter(Boolean).join('/')}${branch && `@${branch}`}`;
}
