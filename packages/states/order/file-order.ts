import type { Piece } from '../documents/documents.js';
import { type Graph, sorted } from '../graph/sort.js';

export interface FileOrder {
  /** Every key, in the order of the files as far as requisites allow. */
  keys: string[];
  /** The number that each counts with: the least of its own and of all that wait for it. */
  effective: ReadonlyMap<string, number>;
  compare(a: string, b: string): number;
}

/**
 * Salt's order: what has to be first comes first; of what may be next the least by (effective order, own order, module + name +
 * function). A state that has to come early pulls what it waits for forward.
 */
export function fileOrder(pieces: ReadonlyMap<string, Piece>, graph: Graph): FileOrder {
  const effective = effectiveOrders(pieces, graph);
  const compare = (a: string, b: string): number =>
    (effective.get(a) ?? 0) - (effective.get(b) ?? 0) || byOwn(pieces.get(a), pieces.get(b)) || (a < b ? -1 : a > b ? 1 : 0);
  return { keys: sorted(graph, compare), effective, compare };
}

function byOwn(a: Piece | undefined, b: Piece | undefined): number {
  if (!a || !b) return 0;
  if (a.order !== b.order) return a.order - b.order;
  const [x, y] = [tag(a), tag(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function tag(piece: Piece): string {
  return `${piece.module}${piece.name}${piece.function}`;
}

function effectiveOrders(pieces: ReadonlyMap<string, Piece>, graph: Graph): Map<string, number> {
  const effective = new Map<string, number>();
  const backwards = sorted(graph, () => 0).reverse();
  for (const key of backwards) {
    let least = pieces.get(key)?.order ?? 0;
    for (const after of graph.after.get(key) ?? []) least = Math.min(least, effective.get(after) ?? least);
    effective.set(key, least);
  }
  return effective;
}
