import type { Extents } from '#tool/units.js';
import type { PvSpace } from './allocate.js';
import { totalOf } from './runs.js';
import { RunsBySize } from './runs-by-size.js';
import type { Row } from './segments.js';

/** Working copy of the free extents while one request is planned: rows are taken from the largest run of each PV. */
export class Pool {
  readonly #space: readonly PvSpace[];
  readonly #runs: Map<string, RunsBySize>;
  #last: string[] = [];

  constructor(space: readonly PvSpace[]) {
    this.#space = space;
    this.#runs = new Map(space.map((s) => [s.pv, new RunsBySize(s.runs)]));
  }

  /** The `n` PVs that have most in all, as far as `need` counts; else in order. None when there are not so many. */
  roomiest(n: number, need: Extents): string[] {
    const having = this.#space.map((s) => ({ pv: s.pv, have: Math.min(totalOf(s.runs), need) }));
    return having.length < n ? [] : mostOf(having, n);
  }

  /** A row of `n` different PVs: those with the largest runs, as far as `need` counts; else in order. */
  spread(n: number, need: Extents): Row | undefined {
    const having = this.#space.map((s) => ({ pv: s.pv, have: Math.min(this.#largest(s.pv), need) })).filter((c) => c.have > 0);
    return having.length < n ? undefined : this.#take(mostOf(having, n), need, (runs, length) => runs.takeFitting(length, need));
  }

  /** A row on the same PVs as the one before. */
  alongLast(need: Extents): Row | undefined {
    const possible = this.#last.length > 0 && this.#last.every((pv) => this.#largest(pv) > 0);
    return possible ? this.#take(this.#last, need) : undefined;
  }

  /** A row whose stripe i lies on the first PV of `places[i]` that has room and no other stripe of the row. */
  along(places: readonly (readonly string[])[], need: Extents): Row | undefined {
    if (places.length === 0) return undefined;
    const chosen: string[] = [];
    for (const pvs of places) {
      const pv = pvs.find((p) => this.#largest(p) > 0 && !chosen.includes(p));
      if (pv === undefined) return undefined;
      chosen.push(pv);
    }
    return this.#take(chosen, need);
  }

  #largest(pv: string): Extents {
    return this.#runs.get(pv)?.largest ?? 0;
  }

  #take(pvs: string[], need: Extents, take = fromLargest): Row {
    const length = pvs.reduce((least, pv) => Math.min(least, this.#largest(pv)), need);
    const areas = pvs.map((pv) => ({ pv, extent: take(this.#runs.get(pv) as RunsBySize, length) }));
    this.#last = pvs;
    return { areas, length };
  }
}

function fromLargest(runs: RunsBySize, length: Extents): Extents {
  return runs.takeLargest(length);
}

/** The `n` PVs that have most; sorting is stable, so equal ones stay in order. */
function mostOf(candidates: { pv: string; have: Extents }[], n: number): string[] {
  return candidates
    .sort((a, b) => b.have - a.have)
    .slice(0, n)
    .map((c) => c.pv);
}
