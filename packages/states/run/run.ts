import type { StatePlan, StateResult, StateSummary } from '../documents/documents.js';
import { type Effect, Machine, type Told } from './machine.js';
import { type Ended, perform, performTogether, performWatch, type World, wouldChange } from './perform.js';
import { isOfListener, type Kept, outcomeOf, withheld } from './resume.js';
import { unknown } from './values.js';

export interface RunOptions {
  world: Omit<World, 'output'>;
  /** How many pieces may be under way at a time. */
  jobs: number;
  /** Milliseconds since 1970. */
  now(): number;
  /** Told of every line before it is given out, and of what is begun. */
  record?: { add(line: object): void } | undefined;
  kept?: Kept | undefined;
  /** Ends what runs, when nobody reads its results any more: aborts the signal of the world. */
  end?(): void;
}

/** Runs a plan: a result a piece as it is over, and the summary at the end. The signal of the world ends it early. */
export async function* runPlan(plan: StatePlan, options: RunOptions): AsyncGenerator<StateResult | StateSummary> {
  const run = new Run(plan, options);
  for await (const result of run.results()) yield result;
  const summary = run.summary();
  options.record?.add(summary);
  yield summary;
}

class Run {
  readonly #machine: Machine;
  readonly #world: World;
  readonly #outputs: Map<string, unknown>;
  readonly #started: number;
  readonly #counts = { succeeded: 0, failed: 0, skipped: 0, 'not-run': 0, changed: 0 };
  /** How pieces ended, before a listener's watch action. */
  readonly #ends = new Map<string, Pick<StateResult, 'result' | 'changed'>>();
  readonly #lines: StateResult[] = [];
  /** Effects that were begun and have not ended. */
  #underWay = 0;
  #wake: () => void = () => {};
  #defect: unknown;

  constructor(
    readonly plan: StatePlan,
    readonly options: RunOptions,
  ) {
    this.#machine = new Machine(plan, options.jobs, options.kept);
    this.#outputs = new Map(options.kept?.outputs);
    this.#world = { ...options.world, output: (key) => this.#outputs.get(key) };
    this.#started = options.now();
  }

  async *results(): AsyncGenerator<StateResult> {
    const { signal } = this.#world;
    const end = (): void => this.#carryOut(this.#machine.stop());
    signal.addEventListener('abort', end);
    try {
      this.#carryOut(signal.aborted ? this.#machine.stop() : this.#machine.begin());
      while (this.#lines.length > 0 || !this.#machine.isOver) {
        const line = this.#lines.shift();
        if (this.#defect !== undefined) throw this.#defect;
        if (line) yield line;
        else await this.#something();
      }
    } finally {
      await this.#quiet();
      signal.removeEventListener('abort', end);
    }
  }

  /** Nothing goes on behind the back of whoever takes the lock next: the reader may have gone, or the record be full. */
  async #quiet(): Promise<void> {
    if (this.#underWay === 0) return;
    this.options.end?.();
    this.#carryOut(this.#machine.stop());
    while (this.#underWay > 0) await this.#something();
  }

  #something(): Promise<void> {
    return new Promise((done) => {
      this.#wake = done;
    });
  }

  summary(): StateSummary {
    const { now, world } = this.options;
    const complete = this.#counts['not-run'] === 0 && !world.signal.aborted;
    const times = { started: new Date(this.#started).toISOString(), seconds: seconds(now() - this.#started) };
    return { kind: 'state-summary', version: 1, check: world.check, complete, ...this.#counts, ...times };
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'tell') this.#tell(effect);
      else {
        this.#underWay++;
        void this.#answered(effect).then((next) => this.#ended(next), this.#fail);
      }
    }
    this.#wake();
  }

  #ended(next: readonly Effect[]): void {
    this.#underWay--;
    this.#carryOut(next);
  }

  /** Not of a piece: the record cannot be written, say. */
  readonly #fail = (e: unknown): void => {
    this.#underWay--;
    this.#defect ??= e;
    this.#wake();
  };

  /** Does what the machine wants, and gives what it wants next. */
  async #answered(effect: Exclude<Effect, Told>): Promise<Effect[]> {
    const started = this.options.now();
    if (effect.do === 'check') return this.#machine.checked(effect.key, await wouldChange(this.#world, this.#piece(effect.key)));
    if (effect.do === 'watch') {
      const ended = await performWatch(this.#world, this.#piece(effect.key), effect.target);
      this.#end(effect.key, ended, started);
      return this.#machine.watched(effect.key, ended.result !== 'failed');
    }
    this.options.record?.add({ kind: 'state-begun', version: 1, pieces: effect.keys });
    return this.#start(effect.keys, effect.watched, started);
  }

  async #start(keys: readonly string[], watched: ReadonlyMap<string, string>, started: number): Promise<Effect[]> {
    const pieces = keys.map((key) => this.#piece(key));
    const [only] = pieces;
    const ended =
      pieces.length === 1 && only
        ? new Map([[only.key, await perform(this.#world, only, watched.get(only.key))]])
        : await performTogether(this.#world, pieces, watched);
    const next: Effect[] = [];
    for (const [key, how] of ended) {
      this.#outputs.set(key, how.outputUnknown ? unknown : how.output);
      this.#end(key, how, started);
      next.push(...this.#machine.done(key, outcomeOf(how)));
    }
    return next;
  }

  #piece(key: string) {
    return this.plan.pieces[key] as NonNullable<StatePlan['pieces'][string]>;
  }

  #tell({ key, result, by, piece }: Told): void {
    const comment = by === undefined ? 'the run was ended' : `${commentOf[result]}: ${by} "${piece}"`;
    const decided = by === undefined ? {} : { decided: { by, ...(piece !== undefined && { piece }) } };
    this.#end(key, { result, changed: false, comment, ...decided }, this.options.now());
  }

  #end(key: string, { outputUnknown: _, ...ended }: Ended, started: number): void {
    const { now, record, world } = this.options;
    const times = { started: new Date(started).toISOString(), seconds: seconds(now() - started) };
    const line = { kind: 'state-result', version: 1, key, ...defined(ended), ...times } as const;
    const clean = world.redactor.clean(line);
    this.#count(line);
    try {
      record?.add(clean.output === line.output ? clean : { ...clean, output: withheld });
    } catch (e) {
      this.#defect ??= e; // thrown to the reader, when what goes on has been ended
    }
    this.#lines.push(clean);
  }

  /** A piece counts once: what its watch action did as a listener can only make it one that failed or changed. */
  #count(line: StateResult): void {
    const first = isOfListener(line) ? this.#ends.get(line.key) : undefined;
    const counts = this.#counts;
    if (!isOfListener(line)) {
      this.#ends.set(line.key, line);
      counts[line.result]++;
    } else if (line.result === 'failed' && first?.result !== 'failed') {
      if (first) counts[first.result]--;
      counts.failed++;
    }
    if (line.changed && !first?.changed) counts.changed++;
  }
}

const commentOf = { failed: 'what it requires failed', skipped: 'there is nothing to do', 'not-run': 'not run' } as const;

function seconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds)) / 1000;
}

function defined(ended: Omit<Ended, 'outputUnknown'>): Omit<Ended, 'outputUnknown'> {
  return Object.fromEntries(Object.entries(ended).filter(([, v]) => v !== undefined)) as typeof ended;
}
