import type { Parameters } from './parameters.js';

/**
 * A node that did not answer is suspected for a while before it is declared dead, so that it can refute. The time starts
 * long and shrinks with each other node that suspects it independently (Lifeguard): one slow accuser alone takes long to
 * have its way, a really dead node is soon accused by many.
 */
export interface Suspicion {
  readonly start: number;
  readonly shortest: number;
  readonly longest: number;
  /** Accusers that are waited for: with so many besides the first the time is the shortest. */
  readonly wanted: number;
  readonly accusers: Set<string>;
  /** When the suspect was last tried again, and the calls that are still open. */
  triedAt: number;
  readonly open: Set<number>;
}

/** A suspicion that begins at `now` (ms), in a fleet of `nodes`, by the first accuser. */
export function suspicion(parameters: Parameters, nodes: number, accuser: string, now: number): Suspicion {
  const { suspicionMultiplier, suspicionMaxMultiplier, probeInterval } = parameters;
  const shortest = suspicionMultiplier * Math.max(1, Math.log10(Math.max(1, nodes))) * probeInterval;
  const others = suspicionMultiplier - 2;
  // the accuser and the accused cannot confirm: where too few others are left nobody is waited for
  const wanted = nodes - 2 < others ? 0 : others;
  return {
    start: now,
    shortest,
    longest: shortest * suspicionMaxMultiplier,
    wanted,
    accusers: new Set([accuser]),
    triedAt: now,
    open: new Set(),
  };
}

/** Notes one more accuser; true when that was news that shortens the time, and so is worth passing on. */
export function confirm({ accusers, wanted }: Suspicion, accuser: string): boolean {
  if (accusers.has(accuser) || accusers.size - 1 >= wanted) return false;
  accusers.add(accuser);
  return true;
}

/** When (ms) the suspected node is declared dead, as things stand. */
export function deadline({ start, shortest, longest, wanted, accusers }: Suspicion): number {
  if (wanted === 0) return start + shortest;
  const share = Math.log(accusers.size) / Math.log(wanted + 1);
  return start + Math.max(shortest, longest - share * (longest - shortest));
}
