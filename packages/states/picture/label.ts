import { printable } from '#tool/printable.js';
import type { Edge, StatePlan } from '../documents/documents.js';

/** What a piece is called in a picture: `file.managed motd`, with the name where it is another. */
export function label(plan: StatePlan, key: string): string {
  const piece = plan.pieces[key];
  if (!piece) return printable(key);
  const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
  const name = piece.name === piece.id ? '' : ` (${short(piece.name)})`;
  return printable(`${piece.module}.${piece.function} ${short(piece.id)}${name}`);
}

/** The edges that lead to each step, by its index; those inside a step are none. */
export function edgesInto(plan: StatePlan): Edge[][] {
  const stepOf = stepOfPiece(plan);
  const into: Edge[][] = plan.steps.map(() => []);
  for (const edge of plan.edges) {
    const to = stepOf.get(edge.to);
    if (to !== undefined && stepOf.get(edge.from) !== to) into[to]?.push(edge);
  }
  return into;
}

export function stepOfPiece(plan: StatePlan): Map<string, number> {
  return new Map(plan.steps.flatMap((step, i) => step.pieces.map((key): [string, number] => [key, i])));
}
