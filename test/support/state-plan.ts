import type { Piece, Requisites, StatePlan } from '#states/documents/documents.js';

/** A piece named `name`, with the key `cmd.run:NAME:NAME`. Requisites name others by their names. */
export function piece(name: string, requisites: Requisites = {}, more: Partial<Piece> = {}): Piece {
  const keyed = Object.entries(requisites).map(([kind, names]) => [kind, names.map(keyOf)]);
  const at = { repository: 'base', sls: 'test', file: 'test.yaml', line: 1 };
  const own = { key: keyOf(name), module: 'cmd', function: 'run', id: name, name, args: {}, order: 0, at };
  return { ...own, requisites: Object.fromEntries(keyed), ...more };
}

export function keyOf(name: string): string {
  return `cmd.run:${name}:${name}`;
}

export function nameOf(key: string): string {
  return key.split(':').at(-1) ?? '';
}

/** A plan of pieces that wait for what they name alone; each is a step of its own, unless `groups` puts names together. */
export function planOf(
  pieces: readonly Piece[],
  groups: readonly string[][] = [],
  priorities: Record<string, number> = {},
): StatePlan {
  const grouped = new Set(groups.flat());
  const single = pieces.map((p) => nameOf(p.key)).filter((name) => !grouped.has(name));
  const steps = [...groups, ...single.map((name) => [name])].map((names) => ({
    pieces: names.map(keyOf),
    priority: priorities[names[0] ?? ''] ?? 0,
  }));
  const byKey = Object.fromEntries(pieces.map((p) => [p.key, p]));
  const base = { kind: 'state-plan', version: 1, mode: 'justdoit', facts: {}, repositories: {} } as const;
  return { ...base, pieces: byKey, steps, edges: [], notes: [] };
}
