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

export interface Sides {
  name: string;
  peerName: string;
  goal?: number;
  /** Each does its work once and returns milliseconds, or nothing to be timed from outside. */
  ours(): number | undefined;
  peer(): number | undefined;
  rounds?: number;
}

/** Runs both sides in turn (one warm-up each, then at least 5 rounds) and prints the figure. */
export function sideBySide(sides: Sides): Figure {
  const ours: number[] = [];
  const peer: number[] = [];
  timed(sides.ours);
  timed(sides.peer);
  for (let i = 0; i < Math.max(5, sides.rounds ?? 7); i++) {
    ours.push(timed(sides.ours));
    peer.push(timed(sides.peer));
  }
  return report(sides.name, median(ours), median(peer), 'ms', sides.peerName, sides.goal);
}

export function report(name: string, ours: number, peer: number, unit: string, peerName: string, goal?: number): Figure {
  const figure: Figure = {
    name,
    ours: round(ours),
    peer: round(peer),
    unit,
    ratio: round(ours / peer),
    goal: goal ?? null,
    peerName,
  };
  process.stdout.write(`${JSON.stringify(figure)}\n`);
  return figure;
}

function timed(work: () => number | undefined): number {
  const start = performance.now();
  const own = work();
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
export function must(file: string, args: string[], input?: string | Buffer, env: Record<string, string> = {}): string {
  const r = spawnSync(file, args, { input, maxBuffer: 1 << 30, env: { ...process.env, ...env } });
  if (r.status !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${r.status ?? r.signal} ${String(r.stderr)}`);
  return String(r.stdout);
}
