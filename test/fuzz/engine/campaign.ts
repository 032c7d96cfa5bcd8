import { Random } from '#test/support/random.js';
import type { Json } from '#tool/json.js';
import type { Coverage } from './coverage.js';
import { shrink } from './shrink.js';
import type { Target } from './target.js';

export interface Options {
  seed: number;
  /** Ends after so many runs … */
  runs: number;
  /** … or when this says so, asked between batches. */
  enough?: () => boolean;
  /** Keeps what reaches new branches. Without it the corpus stays what the target begins with. */
  coverage?: Coverage | undefined;
  /** Told of every run before it, and before an input is run again. */
  enter?: (run: number, input: Json) => void;
  /** Milliseconds; only for the slowest run that is reported. */
  clock?: () => number;
}

export interface Finding {
  /** The run that found it. */
  run: number;
  /** As small as it could be made. */
  input: Json;
  error: unknown;
}

export interface Report {
  target: string;
  seed: number;
  runs: number;
  accepted: number;
  /** Inputs kept because they reach something new. */
  corpus: number;
  slowest: { milliseconds: number; run: number };
  findings: Finding[];
}

/** Runs between two looks at what was covered. */
const BATCH = 64;

/**
 * Fuzzes one target. The same seed and number of runs give the same inputs; each failure is kept once, by its kind, and
 * made small.
 */
export async function campaign(target: Target, options: Options): Promise<Report> {
  const c = new Campaign(target, options, await target.seeds());
  await c.run();
  return c.report;
}

interface Input {
  input: Json;
  accepted: boolean;
}

class Campaign {
  readonly report: Report;
  readonly #target: Target;
  readonly #options: Options;
  readonly #random: Random;
  readonly #corpus: Json[];
  /** Those of the corpus that were taken. */
  readonly #accepted: Json[] = [];
  /** How many of the corpus are the target's own. */
  readonly #own: number;
  readonly #seen = new Set<string>();

  constructor(target: Target, options: Options, corpus: Json[]) {
    this.#target = target;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#corpus = corpus;
    this.#own = corpus.length;
    const slowest = { milliseconds: 0, run: 0 };
    this.report = { target: target.name, seed: options.seed, runs: 0, accepted: 0, corpus: 0, slowest, findings: [] };
  }

  async run(): Promise<void> {
    const { runs, enough, coverage } = this.#options;
    coverage?.take();
    while (this.report.runs < runs && !enough?.()) {
      const batch: Input[] = [];
      while (batch.length < BATCH && this.report.runs < runs) batch.push(await this.#runOne(this.#next()));
      if (coverage) await this.#learn(coverage, batch);
    }
    this.report.corpus = this.#corpus.length;
  }

  /** The target's own inputs first, then changed ones; of those that were taken, and of those found last, more. */
  #next(): Json {
    const { runs } = this.report;
    if (runs < this.#own) return this.#corpus[runs] as Json;
    const random = this.#random;
    const from = this.#accepted.length > 0 && random.chance(0.6) ? this.#accepted : this.#corpus;
    const recent = random.chance(0.3) ? Math.max(0, from.length - 16) : 0;
    let input = from[recent + random.below(from.length - recent)] as Json;
    for (let n = random.chance(0.6) ? 1 : 1 + random.below(random.chance(0.2) ? 12 : 3); n > 0; n--)
      input = this.#target.mutate(input, random, random.pick(this.#corpus));
    return input;
  }

  async #runOne(input: Json): Promise<Input> {
    const run = this.report.runs++;
    let accepted = false;
    this.#options.enter?.(run, input);
    const begun = this.#options.clock?.() ?? 0;
    try {
      const verdict = this.#target.run(input);
      accepted = (verdict instanceof Promise ? await verdict : verdict) === 'accepted';
    } catch (error) {
      await this.#found(run, input, error);
    }
    const milliseconds = (this.#options.clock?.() ?? 0) - begun;
    if (milliseconds > this.report.slowest.milliseconds) this.report.slowest = { milliseconds, run };
    if (accepted) this.report.accepted++;
    if (accepted && run < this.#own) this.#accepted.push(input);
    return { input, accepted };
  }

  async #found(run: number, input: Json, error: unknown): Promise<void> {
    const kind = kindOf(error);
    if (this.#seen.has(kind)) return;
    this.#seen.add(kind);
    const same = async (smaller: Json): Promise<boolean> => kindOf(await this.#errorOf(smaller)) === kind;
    const small = await shrink(input, same);
    this.report.findings.push({ run, input: small, error: (await this.#errorOf(small)) ?? error });
  }

  async #errorOf(input: Json): Promise<unknown> {
    this.#options.enter?.(this.report.runs - 1, input);
    try {
      await this.#target.run(input);
      return undefined;
    } catch (e) {
      return e;
    }
  }

  /** Finds by halves which of a batch that reached something new did, and keeps those. */
  async #learn(coverage: Coverage, batch: readonly Input[]): Promise<void> {
    const covered = coverage.take();
    if (!coverage.isNew(covered)) return;
    const [only] = batch;
    if (only !== undefined && batch.length === 1) {
      this.#keep(only);
      coverage.remember(covered);
      return;
    }
    const middle = batch.length >>> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      for (const { input } of half) await this.#errorOf(input);
      await this.#learn(coverage, half);
    }
    coverage.remember(covered);
  }

  #keep({ input, accepted }: Input): void {
    this.#corpus.push(input);
    if (accepted) this.#accepted.push(input);
  }
}

/** Failures of one kind: the message without what varies, and the place it was thrown at. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return error === undefined ? 'none' : `thrown: ${String(error)}`;
  const message = error.message.replace(/"[^"]*"|[0-9]+/g, '_').slice(0, 60);
  const place = /\n\s+at ([^\s(]+)/.exec(error.stack ?? '')?.[1] ?? '';
  return `${error.constructor.name} ${message} ${place}`;
}
