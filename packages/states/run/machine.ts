import type { Piece, RequisiteKind, StatePlan } from '../documents/documents.js';
import { type Decision, decide, type Outcome } from './decide.js';
import { type Graph, graphOf } from './graph.js';
import { type Verdict, Verdicts } from './prereq.js';
import type { Kept } from './resume.js';

/** What the machine wants done. Each piece of a `start`, each `check` and `watch` is answered by an event. */
export type Effect =
  /** Brings these about, in one transaction if there are several; `watched`: piece → what it watches and has changed. */
  | { do: 'start'; keys: readonly string[]; watched: ReadonlyMap<string, string> }
  /** Says whether it would change: another piece has it as its prereq. */
  | { do: 'check'; key: string }
  /** Everything is over, and `target`, to which it listens, has changed. */
  | { do: 'watch'; key: string; target: string }
  | Told;

/** It is over without having been started. */
export interface Told {
  do: 'tell';
  key: string;
  result: 'failed' | 'skipped' | 'not-run';
  by?: RequisiteKind | 'failhard';
  piece?: string;
}

/**
 * Runs a plan without doing anything: given how pieces ended, says what may start and what is decided. No clock, no chance:
 * the same events give the same effects. A step begins when all that it waits for is over; of several the one with the highest
 * priority, then the earlier.
 *
 *     waiting ──▶ ready ──▶ (checking prereqs) ──▶ running ──▶ over
 *                   └──────────────┴──── decided by requisites ──▲
 */
export class Machine {
  readonly #graph: Graph;
  readonly #count: number;
  /** By step: how many others it waits for. */
  readonly #waits: number[];
  readonly #outcomes = new Map<string, Outcome>();
  readonly #verdicts: Verdicts;
  readonly #checking = new Set<string>();
  readonly #running = new Set<string>();
  /** Steps that wait for nothing but room, in the order in which they begin. */
  readonly #ready: number[] = [];
  #stopped = false;
  #listening: Effect[] | undefined;

  /**
   * @param jobs how many effects may be under way at a time
   * @param kept pieces that are over already, in a run that is gone on with, and listeners that have acted
   * @throws DvmError `bad-plan` (exit 65)
   */
  constructor(
    readonly plan: StatePlan,
    readonly jobs: number,
    readonly kept: Pick<Kept, 'outcomes' | 'heard'> = { outcomes: new Map(), heard: new Set() },
  ) {
    this.#graph = graphOf(plan);
    this.#count = Object.keys(plan.pieces).length;
    this.#waits = this.#graph.before.map((set) => set.size);
    for (const [key, outcome] of kept.outcomes) this.#outcomes.set(key, outcome);
    this.#verdicts = new Verdicts(plan, (key) => this.#outcomes.get(key));
  }

  /** Nothing is under way, and nothing will be. */
  get isOver(): boolean {
    return this.#outcomes.size === this.#count && this.#busy === 0 && this.#listening?.length === 0;
  }

  begin(): Effect[] {
    const free = [...this.#waits.keys()].filter((index) => this.#waits[index] === 0);
    for (const index of free) this.#insert(index);
    return this.#go();
  }

  /** A piece that was started has ended. */
  done(key: string, outcome: Outcome): Effect[] {
    this.#running.delete(key);
    return [...this.#over(key, outcome), ...this.#go()];
  }

  /** A check has ended. */
  checked(key: string, verdict: Verdict): Effect[] {
    this.#checking.delete(key);
    this.#verdicts.put(key, verdict);
    return this.#go();
  }

  /** A listener's watch action has ended. */
  watched(key: string, succeeded: boolean): Effect[] {
    this.#running.delete(key);
    if (!succeeded && this.#piece(key).failhard) this.#listening = [];
    return this.#go();
  }

  /** Nothing more is started; what was not is told as not run. */
  stop(): Effect[] {
    return [...this.#stopAll(), ...this.#go()];
  }

  get #busy(): number {
    return this.#running.size + this.#checking.size;
  }

  #piece(key: string): Piece {
    return this.plan.pieces[key] as Piece;
  }

  /** Starts and decides until there is no more room, or nothing left that may begin. */
  #go(): Effect[] {
    const effects: Effect[] = [];
    for (let at = 0; at < this.#ready.length && this.#busy < this.jobs && !this.#stopped; ) {
      const index = this.#ready[at] as number;
      const asked = this.#checksFor(index);
      effects.push(...asked);
      if (this.#waitsForChecks(index)) {
        at++;
        continue;
      }
      this.#ready.splice(at, 1);
      effects.push(...this.#beginStep(index));
      at = 0; // one that is decided may have let another in that goes first
    }
    return [...effects, ...this.#listen()];
  }

  /** Pieces of a step that are not over. */
  #open(index: number): string[] {
    return (this.plan.steps[index]?.pieces ?? []).filter((key) => !this.#outcomes.has(key));
  }

  #checksFor(index: number): Effect[] {
    const missing = this.#open(index).flatMap((key) => this.#verdicts.missing(key));
    const asked = [...new Set(missing)].filter((key) => !this.#checking.has(key)).slice(0, this.jobs - this.#busy);
    for (const key of asked) this.#checking.add(key);
    return asked.map((key) => ({ do: 'check', key }));
  }

  #waitsForChecks(index: number): boolean {
    return this.#open(index).some((key) => this.#verdicts.missing(key).length > 0);
  }

  /** Tells what requisites decide, and starts the rest of a step as one. */
  #beginStep(index: number): Effect[] {
    const open = this.#open(index);
    if (open.length === 0) this.#release(index);
    const decided = open.map((key) => [key, this.#decide(key)] as const);
    const told = decided.flatMap(([key, d]): Told[] => (d.is === 'over' ? [{ ...d, do: 'tell', key }] : []));
    const running = decided.flatMap(([key, d]) => (d.is === 'run' ? [[key, d.watched] as const] : []));
    for (const [key] of running) this.#running.add(key);
    const stopped = told.flatMap(({ key, result }) => this.#over(key, { result, changed: false, ran: false }));
    const watched = new Map(running.flatMap(([key, target]) => (target === undefined ? [] : [[key, target] as const])));
    const keys = running.map(([key]) => key);
    return [...told.map(plain), ...(keys.length > 0 ? [{ do: 'start' as const, keys, watched }] : []), ...stopped];
  }

  #decide(key: string): Decision {
    const piece = this.#piece(key);
    return this.#verdicts.decide(
      piece,
      decide(piece, (k) => this.#outcomes.get(k), this.#graph.prereqOf.get(key)),
    );
  }

  #over(key: string, outcome: Outcome): Effect[] {
    this.#outcomes.set(key, outcome);
    const index = this.#graph.stepOf.get(key) ?? 0;
    if (this.#open(index).length === 0) this.#release(index);
    return outcome.result === 'failed' && this.#piece(key).failhard ? this.#stopAll(key) : [];
  }

  /** A step is over: those that wait for it wait for one less. */
  #release(index: number): void {
    for (const to of this.#graph.after[index] ?? []) {
      const left = (this.#waits[to] ?? 0) - 1;
      this.#waits[to] = left;
      if (left === 0) this.#insert(to);
    }
  }

  #insert(index: number): void {
    let [low, high] = [0, this.#ready.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#goesBefore(this.#ready[middle] as number, index)) low = middle + 1;
      else high = middle;
    }
    this.#ready.splice(low, 0, index);
  }

  #goesBefore(a: number, b: number): boolean {
    const [first, second] = [this.plan.steps[a]?.priority ?? 0, this.plan.steps[b]?.priority ?? 0];
    return first > second || (first === second && a < b);
  }

  #stopAll(because?: string): Effect[] {
    if (this.#stopped) return [];
    this.#stopped = true;
    this.#listening = [];
    const left = Object.keys(this.plan.pieces).filter((key) => !this.#outcomes.has(key) && !this.#running.has(key));
    for (const key of left) this.#outcomes.set(key, { result: 'not-run', changed: false, ran: false });
    const why = because === undefined ? {} : { by: 'failhard' as const, piece: because };
    return left.map((key) => ({ do: 'tell', key, result: 'not-run', ...why }));
  }

  /** After everything else: the watch action of each whose target has changed, in the plan's order. */
  #listen(): Effect[] {
    if (this.#outcomes.size < this.#count || this.#busy > 0) return [];
    this.#listening ??= this.plan.steps.flatMap((step) => step.pieces.flatMap((key) => this.#heard(key)));
    const next = this.#listening.shift();
    if (next?.do === 'watch') this.#running.add(next.key);
    return next ? [next] : [];
  }

  #heard(key: string): Effect[] {
    const { heard, outcomes } = this.kept;
    const isNews = (t: string): boolean => !(heard.has(key) && outcomes.has(t)) && this.#outcomes.get(t)?.changed === true;
    const target = this.#piece(key).requisites.listen?.find(isNews);
    return target === undefined ? [] : [{ do: 'watch', key, target }];
  }
}

function plain({ key, result, by, piece }: Told): Told {
  return { do: 'tell', key, result, ...(by && { by }), ...(piece !== undefined && { piece }) };
}
