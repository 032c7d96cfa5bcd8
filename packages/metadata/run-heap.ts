import type { Extents } from '#tool/units.js';
import type { Run } from './runs.js';

/** Runs of one PV, the largest first; of equal ones the one with the lowest start. A binary heap. */
export class RunHeap {
  readonly #runs: Run[];

  constructor(runs: readonly Run[]) {
    this.#runs = [...runs];
    for (let i = (this.#runs.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  /** Extents of the largest run; 0 when there is none. */
  get largest(): Extents {
    return this.#runs[0]?.count ?? 0;
  }

  /** Takes up to `count` extents from the front of the largest run. */
  take(count: Extents): Run {
    const run = this.#runs[0];
    if (!run) throw new Error('no extents are left');
    const taken = { start: run.start, count: Math.min(count, run.count) };
    const rest = { start: run.start + taken.count, count: run.count - taken.count };
    const last = this.#runs.pop() as Run;
    if (rest.count > 0) {
      if (this.#runs.length > 0) this.#runs.push(last);
      this.#runs[0] = rest;
    } else if (this.#runs.length > 0) this.#runs[0] = last;
    this.#sink(0);
    return taken;
  }

  #sink(at: number): void {
    const runs = this.#runs;
    for (;;) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < runs.length && before(runs[child], runs[first])) first = child;
      if (first === at) return;
      [runs[at], runs[first]] = [runs[first] as Run, runs[at] as Run];
      at = first;
    }
  }
}

function before(a: Run | undefined, b: Run | undefined): boolean {
  if (!a || !b) return false;
  return a.count > b.count || (a.count === b.count && a.start < b.start);
}
