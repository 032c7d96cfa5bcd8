import { spawnSync } from 'node:child_process';
import { ofChildren } from './processor-time.js';

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

export interface Rounds {
  /** At least 5. */
  count?: number;
  /** Also the processor time that the programs took, as a figure of its own: it stays what it is where others use the machine. */
  processorTime?: boolean;
}

interface Times {
  passed: number[];
  processor: number[];
}

/**
 * Runs every side once to warm up, then in turn, each round in the opposite order of the one before, so that what
 * changes on the machine meanwhile meets all of them; prints a figure for each of ours beside each peer.
 */
export function sideBySide(ours: Record<string, Side>, peers: Peer[], rounds: Rounds = {}): void {
  const sides = { ...ours, ...Object.fromEntries(peers.map((p) => [p.name, p.run])) };
  const taken = takeTurns(sides, rounds);
  for (const name of Object.keys(ours))
    for (const peer of peers) {
      report(name, taken(name, 'passed'), taken(peer.name, 'passed'), 'ms', peer);
      if (rounds.processorTime)
        report(`${name}, processor time`, taken(name, 'processor'), taken(peer.name, 'processor'), 'ms', { name: peer.name });
    }
}

/** The same where there is no peer: beside a time in milliseconds. */
export function alone(ours: Record<string, Side>, limit: number, by: Pick<Peer, 'name' | 'goal'>, rounds: Rounds = {}): void {
  const taken = takeTurns(ours, rounds);
  for (const name of Object.keys(ours)) report(name, taken(name, 'passed'), limit, 'ms', by);
}

/** The median that each side took. */
function takeTurns(sides: Record<string, Side>, { count = 7 }: Rounds): (name: string, kind: keyof Times) => number {
  const all = Object.entries(sides).map(([name, side]) => ({ name, side, times: { passed: [], processor: [] } as Times }));
  for (const { side } of all) side();
  for (let i = 0; i < Math.max(5, count); i++)
    for (const { side, times } of i % 2 === 0 ? all : all.toReversed()) take(side, times);
  return (name, kind) => median(all.find((s) => s.name === name)?.times[kind] ?? []);
}

function take(side: Side, { passed, processor }: Times): void {
  const used = ofChildren();
  const start = performance.now();
  const own = side();
  passed.push(own ?? performance.now() - start);
  processor.push(ofChildren() - used);
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
