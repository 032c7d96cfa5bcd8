import { compile } from '#states/compile/compile.js';
import type { Problem } from '#states/compile/problems.js';
import type { Piece, StateSources, States } from '#states/documents/documents.js';
import { statesType } from '#states/documents/documents.js';
import { thrown } from '#test/support/check.js';
import { DvmError } from '#tool/errors.js';

export type Files = Readonly<Record<string, string>>;

/** A state whose only module takes anything, so that tests need no real one. */
export const anyModule = {
  name: 'test',
  version: 1,
  kind: 'state-module',
  functions: { ok: { schema: { type: 'object' } }, other: { schema: { type: 'object' } } },
};
export const modules = Object.fromEntries(['t', 'u', 'pkg_', 'x'].map((name) => [name, { ...anyModule, name }]));

export function sourcesOf(files: Files, more: Partial<StateSources> = {}): StateSources {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  const repository = {
    name: 'base',
    url: '/srv/states',
    directory: '/srv/states',
    signature: { policy: 'none', verdict: 'unchecked' },
    files: list,
  } as const;
  return {
    kind: 'state-sources',
    version: 1,
    repositories: [repository],
    facts: { node: 'web1', os: 'debian' },
    data: {},
    modules,
    ...more,
  };
}

/** Compiles files, `main.yaml` first. The result keeps its schema. */
export async function compiled(
  files: Files | string,
  more: Partial<StateSources> = {},
  names: string[] = ['main'],
): Promise<States> {
  const all = typeof files === 'string' ? { 'main.yaml': files } : files;
  return statesType.parse(JSON.parse(JSON.stringify(await compile(sourcesOf(all, more), names))), 'states');
}

/** A piece by its id, and name where there are several. */
export function piece(states: States, id: string, name?: string): Piece {
  const found = states.pieces.filter((p) => p.id === id && (name === undefined || p.name === name));
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} pieces "${id}"`);
  return found[0];
}

/** What compiling finds wrong: `file:line code: message (hint)`. */
export async function problems(
  files: Files | string,
  more: Partial<StateSources> = {},
  names: string[] = ['main'],
): Promise<string[]> {
  const e = await thrown(() => compiled(files, more, names));
  if (!(e instanceof DvmError) || e.code !== 'bad-states') throw e;
  const { problems: all } = e.details as { problems: Problem[] };
  return all.map((p) => `${p.file}:${p.line} ${p.code}: ${p.message} (${p.hint})`);
}
