import { spawnSync } from 'node:child_process';

/** One measured figure, printed as a JSON line. `ours` and `peer` are medians in `unit`, taken in one run, turn by turn. */
export interface Figure {
  name: string;
  ours: number;
  peer: number;
  unit: string;
  ratio: number;
  /** The ratio aimed at, or null where this only measures. */
  goal: number | null;
  peerName: string;
}

/** Does its work once; returns the milliseconds that count, or nothing to be timed from outside. */
export type Side = () => number | undefined;

/** Another program, and the ratio to it that is aimed at, where there is one. */
export interface Peer {
  name: string;
  goal?: number | ((peer: number) => number) | undefined;
  run: Side;
}

/**
 * Runs every side once to warm up, then in turn, each round in the opposite order of the one before, so that what
 * changes on the machine meanwhile meets all of them; prints a figure for each of ours beside each peer.
 */
export function sideBySide(ours: Record<string, Side>, peers: Peer[], rounds = 7): Figure[] {
  const sides = [...Object.entries(ours), ...peers.map((p): [string, Side] => [p.name, p.run])];
  const times = new Map(sides.map(([name]) => [name, [] as number[]]));
  for (const [, side] of sides) side();
  for (let i = 0; i < Math.max(5, rounds); i++)
    for (const [name, side] of i % 2 === 0 ? sides : sides.toReversed()) times.get(name)?.push(timed(side));
  const of = (name: string): number => median(times.get(name) ?? []);
  return Object.keys(ours).flatMap((name) => peers.map((peer) => report(name, of(name), of(peer.name), 'ms', peer)));
}

/** Prints a figure. */
export function report(name: string, ours: number, peer: number, unit: string, by: Pick<Peer, 'name' | 'goal'>): Figure {
  const goal = typeof by.goal === 'function' ? by.goal(peer) : by.goal;
  const figure: Figure = {
    name,
    ours: round(ours),
    peer: round(peer),
    unit,
    ratio: round(ours / peer),
    goal: goal === undefined ? null : round(goal),
    peerName: by.name,
  };
  process.stdout.write(`${JSON.stringify(figure)}\n`);
  return figure;
}

function timed(side: Side): number {
  const start = performance.now();
  const own = side();
  return own ?? performance.now() - start;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

function round(n: number): number {
  return Number(n.toPrecision(4));
}

/** Runs a program to its end; a failure ends the benchmark with what it said. */
export function must([file, ...args]: readonly [string, ...string[]], input?: string, env: Record<string, string> = {}): string {
  const r = spawnSync(file, args, { input, maxBuffer: 1 << 30, env: { ...process.env, ...env } });
  if (r.status !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${r.status ?? r.signal} ${r.error ?? String(r.stderr)}`);
  return String(r.stdout);
}
