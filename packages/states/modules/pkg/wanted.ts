import { fail } from '#tool/errors.js';
import { requestProblems } from '../builtin.js';
import type { Args, Request } from '../module.js';
import type { PackageChange } from './manager.js';

export interface PkgArgs {
  pkgs?: readonly string[] | Readonly<Record<string, string>>;
  version?: string;
  refresh?: boolean;
  recommends?: boolean;
}

/** Nothing that a package manager would take for a flag, or for a wish to remove it. */
const packageName = { type: 'string', pattern: '^[A-Za-z0-9]([A-Za-z0-9+._-]*[A-Za-z0-9+])?(:[a-z0-9-]+)?$' } as const;
const version = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9.+:~^_-]*$' } as const;

/** With `pkgs` it is no package's, and may be anything. */
export const nameSchema = { type: 'string', minLength: 1 } as const;

const common = {
  pkgs: {
    type: ['array', 'object'],
    items: packageName,
    additionalProperties: version,
    description: 'several; or name: version',
  },
} as const;

export const packageSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...common,
    version: { ...version, description: 'this one, of the package that the state is named by' },
    refresh: { type: 'boolean', description: 'fetch the lists of the repositories before, once a run' },
    recommends: { type: 'boolean', description: 'false: without the packages that it recommends' },
  },
} as const;

export const removedSchema = { type: 'object', additionalProperties: false, properties: common } as const;

/** Arguments that come in a transaction, where nobody has looked at them. */
export function argsOf(args: Args): PkgArgs {
  const [first] = requestProblems({ summary: '', schema: packageSchema }, { name: '', args });
  if (first) throw fail('badInput', 'bad-argument', `argument "${first.path}" of "pkg" ${first.message}`);
  return args as PkgArgs;
}

/** The packages of a request, and their versions where some are named. */
export function wantedOf({ name, args: { pkgs, version: only } }: Request<PkgArgs>): Map<string, string | undefined> {
  const wanted = new Map<string, string | undefined>(
    pkgs === undefined ? [[name, only]] : Array.isArray(pkgs) ? pkgs.map((p: string) => [p, undefined]) : Object.entries(pkgs),
  );
  const bad = [...wanted.keys()].find((n) => !new RegExp(packageName.pattern).test(n));
  if (bad !== undefined) throw fail('badInput', 'bad-package', `"${bad}" is no name of a package`);
  return wanted;
}

/** What is to be changed for a request. */
export interface Change {
  install: ReadonlyMap<string, string | undefined>;
  remove: readonly string[];
  purge: boolean;
  /** Name → version now and then; null: not installed. */
  changes: Readonly<Record<string, { old: string | null; new: string | null }>>;
  /** Packages that no repository has. */
  unknown: readonly string[];
}

type Versions = ReadonlyMap<string, string>;

export function changeOf(
  request: Request<PkgArgs>,
  wanted: ReadonlyMap<string, string | undefined>,
  installed: Versions,
  candidates: Versions,
): Change {
  const purge = request.function === 'purged';
  if (purge || request.function === 'removed') {
    const remove = [...wanted.keys()].filter((name) => installed.has(name));
    const changes = Object.fromEntries(remove.map((name) => [name, { old: installed.get(name) ?? null, new: null }]));
    return { install: new Map(), remove, purge, changes, unknown: [] };
  }
  const isDue = ([name, version]: readonly [string, string | undefined]): boolean => {
    const now = installed.get(name);
    if (now === undefined || (version !== undefined && version !== now)) return true;
    return request.function === 'latest' && (candidates.get(name) ?? now) !== now;
  };
  const install = new Map([...wanted].filter(isDue));
  const then = (name: string): string | null => install.get(name) ?? candidates.get(name) ?? null;
  const changes = Object.fromEntries([...install.keys()].map((n) => [n, { old: installed.get(n) ?? null, new: then(n) }]));
  const unknown = [...install.keys()].filter((name) => !installed.has(name) && !candidates.has(name));
  return { install, remove: [], purge, changes, unknown };
}

/** All changes as one. @throws DvmError `contradiction` (exit 65) */
export function mergedChange(changes: readonly Change[], args: readonly PkgArgs[]): PackageChange {
  const install = new Map<string, string | undefined>();
  for (const [name, version] of changes.flatMap((c) => [...c.install])) {
    const other = install.get(name);
    if (other !== undefined && version !== undefined && other !== version)
      throw contradiction(name, `in ${other} and in ${version}`);
    install.set(name, version ?? other);
  }
  const remove = [...new Set(changes.flatMap((c) => c.remove))];
  const both = remove.find((name) => install.has(name));
  if (both !== undefined) throw contradiction(both, 'installed and removed');
  return { install, remove, purge: changes.some((c) => c.purge), recommends: args.every((a) => a.recommends !== false) };
}

function contradiction(name: string, how: string) {
  return fail('badInput', 'contradiction', `package "${name}" is wanted ${how} in one transaction`);
}
