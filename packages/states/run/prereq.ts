import type { Piece, StatePlan } from '../documents/documents.js';
import { type Decision, decide, type Outcomes } from './decide.js';

/** Whether a piece would change, were it run now. */
export type Verdict = 'changes' | 'same' | 'failed';

/** What is known of the pieces that others have as their `prereq`; what its requisites do not tell, a check must. */
export class Verdicts {
  readonly #checked = new Map<string, Verdict>();

  constructor(
    readonly plan: StatePlan,
    readonly outcomes: Outcomes,
  ) {}

  put(key: string, verdict: Verdict): void {
    this.#checked.set(key, verdict);
  }

  /** A decision by the other requisites, and what `prereq` says where those do not fail it. */
  decide(piece: Piece, decision: Decision): Decision {
    const targets = targetsOf(piece);
    if (targets.length === 0 || (decision.is === 'over' && decision.result !== 'skipped')) return decision;
    const failed = targets.find((t) => this.of(t) === 'failed');
    if (failed !== undefined) return { is: 'over', result: 'failed', by: 'prereq', piece: failed };
    if (targets.some((t) => this.of(t) === 'changes')) return decision;
    return { is: 'over', result: 'skipped', by: 'prereq', piece: targets[0] ?? '' };
  }

  /** Undefined until it is checked; what requisites say by now goes before what a check said. */
  of(key: string): Verdict | undefined {
    const outcome = this.outcomes(key);
    if (outcome) return outcome.changed ? 'changes' : 'same';
    const piece = this.#piece(key);
    if (decide(piece, this.outcomes).is === 'over' && !this.#isOpen(piece)) return 'same';
    const targets = targetsOf(piece);
    return targets.length > 0 && targets.every((t) => this.of(t) === 'same') ? 'same' : this.#checked.get(key);
  }

  /** The pieces that must be checked before this one can be decided; of a chain the innermost first. */
  missing(key: string): string[] {
    return targetsOf(this.#piece(key)).flatMap((target) => {
      if (this.of(target) !== undefined) return [];
      const inner = this.missing(target);
      return inner.length > 0 ? inner : [target];
    });
  }

  /** Some of its targets are not over: what its requisites say is not the last word. */
  #isOpen({ requisites: { listen: _, prereq: __, ...rest } }: Piece): boolean {
    return Object.values(rest).some((targets) => targets.some((t) => !this.outcomes(t)));
  }

  #piece(key: string): Piece {
    return this.plan.pieces[key] as Piece;
  }
}

function targetsOf({ requisites }: Piece): readonly string[] {
  return requisites.prereq ?? [];
}
