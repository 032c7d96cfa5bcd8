import { fail } from '#tool/errors.js';
import type { Piece, RequisiteKind, StatePlan } from '../documents/documents.js';
import { kinds } from './decide.js';

/** What waits for what, by step: the plan's edges, and every requisite besides, should the plan lack one. */
export interface Graph {
  /** Steps that must be over before a step, by its index. */
  before: ReadonlySet<number>[];
  after: readonly (readonly number[])[];
  /** Index of the step of a piece. */
  stepOf: ReadonlyMap<string, number>;
  /** Pieces that name a piece in their `prereq`. */
  prereqOf: ReadonlyMap<string, readonly string[]>;
}

/**
 * @throws DvmError `bad-plan` (exit 65): a piece in no step or in two, an edge or requisite that leads nowhere, a circle
 */
export function graphOf(plan: StatePlan): Graph {
  const stepOf = stepsByPiece(plan);
  const before: Set<number>[] = plan.steps.map(() => new Set());
  const link = (from: string, to: string): void => {
    const [a, b] = [indexOf(stepOf, from, to), indexOf(stepOf, to, from)];
    if (a !== b) before[b]?.add(a);
  };
  for (const { from, to } of plan.edges) link(from, to);
  const prereqOf = new Map<string, string[]>();
  for (const piece of Object.values(plan.pieces)) {
    for (const target of targetsOf(piece, kinds)) link(target, piece.key);
    for (const target of piece.requisites.prereq ?? []) {
      link(piece.key, target);
      prereqOf.set(target, [...(prereqOf.get(target) ?? []), piece.key]);
    }
    for (const target of piece.requisites.listen ?? []) indexOf(stepOf, target, piece.key);
  }
  waitForChecks(plan, stepOf, before);
  refuseCircle(plan, before);
  const after: number[][] = plan.steps.map(() => []);
  for (const [to, froms] of before.entries()) for (const from of froms) after[from]?.push(to);
  return { before, after, stepOf, prereqOf };
}

export function targetsOf(piece: Piece, of: readonly RequisiteKind[]): string[] {
  return of.flatMap((kind) => piece.requisites[kind] ?? []);
}

function stepsByPiece({ steps, pieces }: StatePlan): Map<string, number> {
  const stepOf = new Map<string, number>();
  for (const [index, step] of steps.entries())
    for (const key of step.pieces) {
      if (stepOf.has(key)) throw badPlan(`piece "${key}" is in two steps`);
      if (!Object.hasOwn(pieces, key) || pieces[key]?.key !== key)
        throw badPlan(`step ${index} names "${key}", which is no piece`);
      stepOf.set(key, index);
    }
  const lost = Object.keys(pieces).find((key) => !stepOf.has(key));
  if (lost !== undefined) throw badPlan(`piece "${lost}" is in no step`);
  return stepOf;
}

function indexOf(stepOf: ReadonlyMap<string, number>, key: string, other: string): number {
  const index = stepOf.get(key);
  if (index === undefined) throw badPlan(`"${other}" refers to "${key}", which is no piece`);
  return index;
}

/**
 * A prereq B asks whether B would change. What B itself refers to is over by then, as far as it does not come after A: the
 * answer would be about another world. The same of those that B has as its prereqs.
 */
function waitForChecks(plan: StatePlan, stepOf: ReadonlyMap<string, number>, before: Set<number>[]): void {
  for (const piece of Object.values(plan.pieces)) {
    const own = stepOf.get(piece.key) ?? 0;
    for (const checked of checkedFor(plan, piece))
      for (const other of targetsOf(checked, kinds)) {
        const from = stepOf.get(other) ?? 0;
        if (from !== own && !comesAfter(from, own, before)) before[own]?.add(from);
      }
  }
}

/** The pieces that may be checked to decide one. */
function checkedFor(plan: StatePlan, piece: Piece): Set<Piece> {
  const found = new Set<Piece>();
  const add = ({ requisites }: Piece): void => {
    for (const target of requisites.prereq ?? []) if (plan.pieces[target]) found.add(plan.pieces[target]);
  };
  add(piece);
  for (const inner of found) add(inner);
  return found;
}

/** Whether `step` waits, through others, for `first`. */
function comesAfter(step: number, first: number, before: readonly ReadonlySet<number>[]): boolean {
  const seen = new Set([step]);
  for (const at of seen) for (const earlier of before[at] ?? []) seen.add(earlier);
  return seen.has(first);
}

function refuseCircle({ steps }: StatePlan, before: readonly ReadonlySet<number>[]): void {
  const left = new Map(before.map((set, index) => [index, new Set(set)]));
  const ready = [...left].filter(([, set]) => set.size === 0).map(([index]) => index);
  const after = new Map<number, number[]>();
  for (const [to, froms] of before.entries()) for (const from of froms) after.set(from, [...(after.get(from) ?? []), to]);
  for (const index of ready) {
    left.delete(index);
    for (const to of after.get(index) ?? []) if (left.get(to)?.delete(index) && left.get(to)?.size === 0) ready.push(to);
  }
  const stuck = [...left.keys()].flatMap((index) => steps[index]?.pieces ?? []);
  if (stuck.length > 0) throw badPlan(`these wait for each other: ${stuck.slice(0, 5).join(', ')}`);
}

function badPlan(why: string) {
  return fail('badInput', 'bad-plan', `the plan cannot be run: ${why}`, { hint: 'make it with state compile | state order' });
}
