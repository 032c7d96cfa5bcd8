import type { Extents } from '#tool/units.js';

/** A run of extents of one PV. */
export interface Run {
  readonly start: Extents;
  readonly count: Extents;
}

export function byStart(a: Run, b: Run): number {
  return a.start - b.start;
}

export function totalOf(runs: readonly Run[]): Extents {
  return runs.reduce((n, r) => n + r.count, 0);
}

/** The runs of `[0, extents)` that `used` leaves. `used` is in order of start and may overlap. */
export function complement(used: readonly Run[], extents: Extents): Run[] {
  const free: Run[] = [];
  let at = 0;
  for (const { start, count } of used) {
    if (start > at) free.push({ start: at, count: Math.min(start, extents) - at });
    at = Math.max(at, start + count);
    if (at >= extents) break;
  }
  if (at < extents) free.push({ start: at, count: extents - at });
  return free;
}

/** What both lists hold; each in order of start and without overlaps. */
export function intersection(a: readonly Run[], b: readonly Run[]): Run[] {
  const both: Run[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i] as Run, b[j] as Run];
    const start = Math.max(x.start, y.start);
    const end = Math.min(x.start + x.count, y.start + y.count);
    if (end > start) both.push({ start, count: end - start });
    if (x.start + x.count <= y.start + y.count) i++;
    else j++;
  }
  return both;
}

/** In order of start, with runs that touch or overlap made one. */
export function union(runs: readonly Run[]): Run[] {
  const out: Run[] = [];
  for (const r of [...runs].sort(byStart)) {
    const last = out.at(-1);
    if (last && r.start <= last.start + last.count) {
      const end = Math.max(last.start + last.count, r.start + r.count);
      out[out.length - 1] = { start: last.start, count: end - last.start };
    } else out.push(r);
  }
  return out;
}

/**
 * `runs` (in order, without overlaps) without the extents of `taken`, which must lie within one of them.
 * Finds the place by bisection.
 */
export function without(runs: readonly Run[], taken: Run): Run[] {
  const at = lastAtOrBefore(runs, taken.start);
  const run = runs[at];
  const end = taken.start + taken.count;
  if (!run || run.start + run.count < end) throw new Error(`extents ${taken.start}+${taken.count} are not free`);
  const rest = [
    { start: run.start, count: taken.start - run.start },
    { start: end, count: run.start + run.count - end },
  ].filter((r) => r.count > 0);
  return runs.toSpliced(at, 1, ...rest);
}

/** The run that starts exactly at `start`. */
export function runAt(runs: readonly Run[], start: Extents): Run | undefined {
  const run = runs[lastAtOrBefore(runs, start)];
  return run?.start === start ? run : undefined;
}

function lastAtOrBefore(runs: readonly Run[], start: Extents): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle] as Run).start <= start) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
