import type { Extents } from '#tool/units.js';
import type { Run } from './runs.js';

/** Free runs of one PV while a request is planned, in order of size. */
export class RunsBySize {
  /** Ascending, so that the largest is cheap to take; of equal ones the one with the lowest start comes last. */
  readonly #runs: Run[];

  constructor(runs: readonly Run[]) {
    this.#runs = [...runs].sort(order);
  }

  /** Extents of the largest run; 0 when there is none. */
  get largest(): Extents {
    return this.#runs.at(-1)?.count ?? 0;
  }

  /** Takes `count` extents from the front of the largest run, which has them. */
  takeLargest(count: Extents): Extents {
    return this.#take(this.#runs.length - 1, count);
  }

  /**
   * Takes `count` extents from the front of a run that is to serve a need: the largest one, unless a shorter one is long
   * enough and what would be left of the larger is longer than that; and so on downwards. Long runs last that
   * way. It is the choice LVM2 makes.
   */
  takeFitting(count: Extents, need: Extents): Extents {
    let at = this.#runs.length - 1;
    for (;;) {
      const shorter = this.#below((this.#runs[at] as Run).count - need);
      if (shorter < 0 || (this.#runs[shorter] as Run).count < need) return this.#take(at, count);
      at = shorter;
    }
  }

  #take(at: number, count: Extents): Extents {
    const [run] = this.#runs.splice(at, 1) as [Run];
    if (run.count > count) {
      const rest = { start: run.start + count, count: run.count - count };
      this.#runs.splice(
        this.#position((r) => order(r, rest) < 0),
        0,
        rest,
      );
    }
    return run.start;
  }

  /** Index of the last run of fewer than `count` extents, -1 without one. */
  #below(count: Extents): number {
    return this.#position((r) => r.count < count) - 1;
  }

  /** How many runs from the beginning are `lower`; by bisection. */
  #position(lower: (run: Run) => boolean): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lower(this.#runs[middle] as Run)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function order(a: Run, b: Run): number {
  return a.count - b.count || b.start - a.start;
}
