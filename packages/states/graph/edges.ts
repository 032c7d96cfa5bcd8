import type { Edge, EdgeKind, Piece } from '../documents/documents.js';

export const bindingKinds = [
  'require',
  'require_any',
  'watch',
  'watch_any',
  'onchanges',
  'onchanges_any',
  'onfail',
  'onfail_any',
  'onfail_all',
  'output',
  'prereq',
] as const satisfies readonly EdgeKind[];

/** Edges that pieces may have together: more than any states need, and what memory holds. */
export const mostEdges = 2_000_000;

/**
 * What has to be over before what: an edge for each target of each requisite, from the target to the piece that has it; with `prereq`
 * the other way round. `listen` binds nothing. Targets that are no pieces have no edge.
 */
export function* edgesOf(pieces: readonly Piece[], keys: { has(key: string): boolean }): Generator<Edge> {
  for (const piece of pieces)
    for (const kind of bindingKinds)
      for (const target of piece.requisites[kind] ?? []) if (keys.has(target)) yield edge(piece, kind, target);
}

function edge({ key, at }: Piece, kind: (typeof bindingKinds)[number], target: string): Edge {
  const why = `${kind} at ${at.file}:${at.line}`;
  return kind === 'prereq' ? { from: key, to: target, kind, why } : { from: target, to: key, kind, why };
}
