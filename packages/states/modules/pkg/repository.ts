import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import { fileFinding } from '../file/managed.js';
import { absentFinding } from '../file/other.js';
import type { Context, Module } from '../module.js';
import { type PackageManager, packageManager } from './manager.js';

interface RepositoryArgs {
  uris: string | readonly string[];
  suites?: string | readonly string[];
  components?: string | readonly string[];
  types?: string | readonly string[];
  architectures?: string | readonly string[];
  key?: string;
  enabled?: boolean;
}

const word = { type: ['string', 'array'], pattern: '^[^\\n]+$', items: { type: 'string', pattern: '^[^\\s]+$' } } as const;
const name = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$' } as const;

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['uris'],
  properties: {
    uris: { ...word, description: 'where it is' },
    suites: { ...word, description: 'of Debian: bookworm, or ./ where there are none' },
    components: { ...word, description: 'of Debian: main' },
    types: { ...word, description: 'of Debian: deb, deb-src' },
    architectures: { ...word, description: 'of Debian: amd64' },
    key: { type: 'string', pattern: '^-----BEGIN PGP PUBLIC KEY BLOCK-----', description: 'the key that signs it, armoured' },
    enabled: { type: 'boolean', description: 'false: it is known and not used' },
  },
} as const;

/** Repositories of packages, each with the key that it is signed by, which signs nothing else. */
export function pkgrepoModule(manager: () => Promise<PackageManager> = packageManager): Module {
  return builtinModule('pkgrepo', {
    managed: builtinFunction<RepositoryArgs>({
      summary: 'a repository of packages, and its lists fetched when it changed',
      name,
      schema,
      look: async ({ name, args }, context) => managed(await manager(), name, args, context),
    }),
    absent: builtinFunction<object>({
      summary: 'no such repository',
      name,
      schema: { type: 'object', additionalProperties: false },
      look: async ({ name }) => absent(filesOf((await manager()).name, name, { uris: '' }), name),
    }),
  });
}

interface RepositoryFile {
  path: string;
  content: string;
}

/** The file of a repository, and that of its key. */
export function filesOf(manager: 'apt' | 'dnf', name: string, args: RepositoryArgs): [RepositoryFile, RepositoryFile] {
  const key = manager === 'apt' ? `/etc/apt/keyrings/${name}.asc` : `/etc/pki/rpm-gpg/RPM-GPG-KEY-${name}`;
  const own =
    manager === 'apt'
      ? { path: `/etc/apt/sources.list.d/${name}.sources`, content: sourcesText(args, key) }
      : { path: `/etc/yum.repos.d/${name}.repo`, content: repoText(name, args, key) };
  return [own, { path: key, content: args.key === undefined ? '' : `${args.key.trimEnd()}\n` }];
}

const words = (value: string | readonly string[] | undefined, otherwise = ''): string =>
  value === undefined ? otherwise : [value].flat().join(' ');

/** sources.list(5), DEB822-STYLE FORMAT. */
function sourcesText(
  { types, uris, suites, components, architectures, key, enabled = true }: RepositoryArgs,
  keyPath: string,
): string {
  const fields = [
    ['Types', words(types, 'deb')],
    ['URIs', words(uris)],
    ['Suites', words(suites, './')],
    ['Components', words(components)],
    ['Architectures', words(architectures)],
    ['Signed-By', key === undefined ? '' : keyPath],
    ['Enabled', enabled ? '' : 'no'],
  ];
  return fields.flatMap(([field, value]) => (value ? [`${field}: ${value}\n`] : [])).join('');
}

/** dnf.conf(5). */
function repoText(name: string, { uris, key, enabled = true }: RepositoryArgs, keyPath: string): string {
  const signed = key === undefined ? ['gpgcheck=0'] : ['gpgcheck=1', `gpgkey=file://${keyPath}`];
  return [`[${name}]`, `name=${name}`, `baseurl=${words(uris)}`, `enabled=${enabled ? 1 : 0}`, ...signed, ''].join('\n');
}

async function managed(manager: PackageManager, name: string, args: RepositoryArgs, { signal }: Context): Promise<Finding> {
  const [own, key] = filesOf(manager.name, name, args);
  const wanted = [...(args.key === undefined ? [] : [key]), own];
  const write = { mode: '0644', makedirs: true };
  const found = await Promise.all(wanted.map(({ path, content }) => fileFinding(path, write, () => Buffer.from(content))));
  const due = found.filter((f) => f.changed);
  const output = { path: own.path };
  if (due.length === 0) return { changed: false, comment: `repository "${name}" is as it should be`, output };
  const act = async () => {
    for (const finding of due) await finding.act?.();
    if (args.enabled !== false) await manager.refresh(signal, manager.name === 'apt' ? own.path : name);
    return { comment: `repository "${name}" was written, and its lists fetched`, output };
  };
  const diff = due.map((f) => f.diff ?? '').join('');
  return {
    changed: true,
    comment: `repository "${name}" would be written`,
    changes: { files: wanted.map((f) => f.path) },
    diff,
    act,
  };
}

function absent(files: readonly RepositoryFile[], name: string): Finding {
  const due = files.map(({ path }) => absentFinding(path)).filter((f) => f.changed);
  if (due.length === 0) return { changed: false, comment: `there is no repository "${name}"` };
  const act = async () => {
    for (const finding of due) await finding.act?.();
    return { comment: `repository "${name}" was removed` };
  };
  return { changed: true, comment: `repository "${name}" would be removed`, act };
}
