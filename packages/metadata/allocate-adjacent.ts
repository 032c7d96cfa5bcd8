import type { AllocationRequest, PvSpace, Tail } from './allocate.js';
import { runAt, without } from './runs.js';
import type { Row } from './segments.js';

/** The row that continues every stripe right behind its end, as long as all of them can and the request needs. */
export function adjacentRow({ space, length, policy }: AllocationRequest, tails: readonly Tail[]): Row | undefined {
  if (policy !== 'anywhere' && new Set(tails.map((t) => t.pv)).size < tails.length) return undefined;
  const byPv = new Map(space.map((s) => [s.pv, s.runs]));
  const common = tails.reduce((least, t) => Math.min(least, runAt(byPv.get(t.pv) ?? [], t.end)?.count ?? 0), length);
  return common > 0 ? { areas: tails.map((t) => ({ pv: t.pv, extent: t.end })), length: common } : undefined;
}

export function spaceWithout(space: readonly PvSpace[], { areas, length }: Row): PvSpace[] {
  return space.map((s) => {
    const taken = areas.filter((a) => a.pv === s.pv);
    const runs = taken.reduce((left, a) => without(left, { start: a.extent, count: length }), s.runs);
    return { ...s, runs };
  });
}
