import { readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';

/** Character offsets. */
interface Span {
  start: number;
  end: number;
}

/**
 * Which branches of the product code in this bundle have run, as V8 counts blocks. Only code of packages/ and the
 * validators counts: the fuzzer's own branches are no news.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #url: string;
  readonly #product: Span[];
  /** By a function's place: the blocks in it that never ran. A function that is not here never ran at all. */
  readonly #missing = new Map<string, Span[]>();

  /** @param file the bundle that runs: `__filename` */
  constructor(file: string) {
    this.#url = pathToFileURL(file).href;
    this.#product = productSpans(readFileSync(file, 'utf8'));
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Functions that have run. */
  get functions(): number {
    return this.#missing.size;
  }

  /** What ran since the last call; nothing is remembered. */
  take(): Profiler.FunctionCoverage[] {
    let found: Profiler.FunctionCoverage[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error) throw error;
      const scripts = answer.result.filter((s) => s.url === this.#url || s.url === this.#url.slice('file://'.length));
      found = scripts.flatMap((s) => s.functions).filter((f) => this.#isProduct(f));
    });
    return found;
  }

  /** True when something in it never ran before. */
  isNew(functions: readonly Profiler.FunctionCoverage[]): boolean {
    return functions.some((f) => this.#lessMissing(f) !== undefined);
  }

  remember(functions: readonly Profiler.FunctionCoverage[]): void {
    for (const f of functions) {
      const missing = this.#lessMissing(f);
      if (missing) this.#missing.set(keyOf(f), missing);
    }
  }

  close(): void {
    this.#session.disconnect();
  }

  /** The blocks of a function that still have not run, when these are fewer than before. */
  #lessMissing(f: Profiler.FunctionCoverage): Span[] | undefined {
    const known = this.#missing.get(keyOf(f));
    const now = f.ranges.filter((r) => r.count === 0).map((r) => ({ start: r.startOffset, end: r.endOffset }));
    if (!known) return now;
    if (known.length === 0) return undefined;
    const both = intersection(known, now);
    return size(both) < size(known) ? both : undefined;
  }

  #isProduct({ ranges }: Profiler.FunctionCoverage): boolean {
    const at = ranges[0]?.startOffset ?? 0;
    if ((ranges[0]?.count ?? 0) === 0) return false;
    let [low, high] = [0, this.#product.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#product[middle]?.end ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return (this.#product[low]?.start ?? Number.POSITIVE_INFINITY) <= at;
  }
}

function keyOf({ ranges }: Profiler.FunctionCoverage): string {
  return `${ranges[0]?.startOffset} ${ranges[0]?.endOffset}`;
}

/** esbuild writes each module behind a comment that names its file. */
function productSpans(bundle: string): Span[] {
  const modules = [...bundle.matchAll(/^\/\/ (\S+\.[cm]?[jt]s)$/gm)].map((m) => ({ at: m.index, path: m[1] ?? '' }));
  return modules.flatMap(({ at, path }, i) => {
    const isProduct = path.startsWith('packages/') || path.startsWith('build/gen/');
    return isProduct ? [{ start: at, end: modules[i + 1]?.at ?? bundle.length }] : [];
  });
}

/** Of spans without overlaps in each list. */
function intersection(a: readonly Span[], b: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const x of a)
    for (const y of b) {
      const [start, end] = [Math.max(x.start, y.start), Math.min(x.end, y.end)];
      if (start < end) out.push({ start, end });
    }
  return out;
}

function size(spans: readonly Span[]): number {
  return spans.reduce((n, s) => n + s.end - s.start, 0);
}
