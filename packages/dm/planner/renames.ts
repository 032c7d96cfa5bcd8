import type { Device } from './survey.js';

/** One rename ioctl. */
export interface Rename {
  uuid: string;
  from: string;
  to: string;
}

/**
 * Renames in chains: within one each name is free when its turn comes; chains do not depend on each other. In a
 * circle one device goes by its uuid for a while.
 */
export function renameChains(devices: readonly Device[]): Rename[][] {
  const moves = devices.flatMap((d) =>
    d.want && d.want.name !== d.name ? [{ uuid: d.uuid, from: d.name, to: d.want.name }] : [],
  );
  const byFrom = new Map(moves.map((m) => [m.from, m]));
  const byTo = new Map(moves.map((m) => [m.to, m]));
  const ends = moves.filter((m) => !byFrom.has(m.to));
  const chains = ends.map((end) => follow(end, byTo));
  const inChains = new Set(chains.flat());
  for (const move of moves) {
    if (inChains.has(move)) continue;
    const [first, ...rest] = follow(move, byTo);
    for (const m of [move, ...rest]) inChains.add(m);
    if (first) chains.push(circle(first, rest));
  }
  return chains;
}

/** The move to the free name, then the one to the name this leaves, and so on. */
function follow(end: Rename, byTo: ReadonlyMap<string, Rename>): Rename[] {
  const chain = [end];
  for (let m = byTo.get(end.from); m && m !== end; m = byTo.get(m.from)) chain.push(m);
  return chain;
}

function circle(first: Rename, rest: Rename[]): Rename[] {
  return [{ ...first, to: first.uuid }, ...rest, { ...first, from: first.uuid }];
}
