/** A seeded generator (mulberry32): the same numbers for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whole numbers from 0 to below `n`, and a choice of many, from a generator. */
export function chooser(next: () => number) {
  const below = (n: number): number => Math.floor(next() * n);
  return { below, of: <T>(items: readonly T[]): T => items[below(items.length)] as T };
}

/** Runs `body` for many seeds; a failure says which one. `SEED=n` runs that one alone. */
export function forSeeds(count: number, body: (seed: number) => void): void {
  const only = process.env.SEED;
  for (let seed = only ? Number(only) : 1; seed <= (only ? Number(only) : count); seed++) {
    try {
      body(seed);
    } catch (e) {
      throw new Error(`seed ${seed} (run it with SEED=${seed}): ${(e as Error).message}`, { cause: e });
    }
  }
}
