export { Random } from '#tool/random.js';

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
