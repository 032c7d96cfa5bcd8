import type { Piece } from '../documents/documents.js';
import { Graph, sorted } from '../graph/sort.js';

/** Whether several pieces of a module's function may be one transaction. */
export type Aggregates = (module: string, f: string) => boolean;

/** Pieces of one transaction. */
export const mostTogether = 500;

/**
 * Puts pieces of one kind together as far as no edge between them forbids it, in as few groups as there can be. Returns each
 * group with its keys in order, single pieces among them.
 *
 * A piece's level is how many of its kind have to be over before it, one after another. Pieces of one level do not wait for one
 * another, and levels only rise along edges, so the groups do not wait for one another in a circle. With one kind put together the
 * graph is another one: the next kind's levels are counted in that.
 */
export function batches(
  order: readonly string[],
  pieces: ReadonlyMap<string, Piece>,
  graph: Graph,
  aggregates: Aggregates,
): string[][] {
  const groupOf = new Map(order.map((key) => [key, key]));
  let contracted = graph;
  for (const [, members] of kinds(order, pieces, aggregates)) {
    for (const group of groupsOf(members, contracted)) for (const key of group) groupOf.set(key, group[0] ?? key);
    contracted = contract(graph, groupOf);
  }
  return collected(order, groupOf);
}

function kinds(order: readonly string[], pieces: ReadonlyMap<string, Piece>, aggregates: Aggregates): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const tested = new Set([...pieces.values()].flatMap((p) => p.requisites.prereq ?? []));
  for (const key of order) {
    const piece = pieces.get(key);
    if (!piece || tested.has(key) || !mayBeTogether(piece) || !aggregates(piece.module, piece.function)) continue;
    const kind = `${piece.module}.${piece.function}`;
    const same = found.get(kind);
    if (same) same.push(key);
    else found.set(kind, [key]);
  }
  return found;
}

/** What is tested before it runs, tried again, or has a time of its own runs alone. */
function mayBeTogether({ requisites, retry, timeout, failhard }: Piece): boolean {
  return !requisites.prereq && !retry && timeout === undefined && !failhard;
}

function groupsOf(members: readonly string[], graph: Graph): string[][] {
  const isMember = new Set(members);
  const levels = new Map<string, number>();
  for (const key of sorted(graph, () => 0)) {
    let level = 0;
    for (const before of graph.before.get(key) ?? [])
      level = Math.max(level, (levels.get(before) ?? 0) + (isMember.has(before) ? 1 : 0));
    levels.set(key, level);
  }
  const groups: string[][][] = [];
  for (const key of members) {
    const level = levels.get(key) ?? 0;
    groups[level] ??= [[]];
    const chunks = groups[level];
    if ((chunks?.at(-1)?.length ?? 0) >= mostTogether) chunks?.push([]);
    chunks?.at(-1)?.push(key);
  }
  return groups.flat();
}

/** The graph of groups, each named by its first piece. */
export function contract(graph: Graph, groupOf: ReadonlyMap<string, string>): Graph {
  const of = (key: string): string => groupOf.get(key) ?? key;
  const contracted = new Graph(new Set([...graph.after.keys()].map(of)), []);
  for (const [from, after] of graph.after) for (const to of after) if (of(from) !== of(to)) contracted.bind(of(from), of(to));
  return contracted;
}

function collected(order: readonly string[], groupOf: ReadonlyMap<string, string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const key of order) {
    const group = groupOf.get(key) ?? key;
    const same = groups.get(group);
    if (same) same.push(key);
    else groups.set(group, [key]);
  }
  return [...groups.values()];
}
