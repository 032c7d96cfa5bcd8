import { median } from './figure.js';

/** Brings devices up, and down again. */
export interface Way {
  up(): unknown;
  down(): unknown;
}

/** What one way took: medians, in milliseconds. */
export interface Took {
  up: number;
  down: number;
}

/**
 * Every way up and down again, in turn, each round in the opposite order of the one before; a first round is not counted.
 * Few rounds: where the kernel's own cost grows with every device made (6.1), they would say less and less.
 */
export function upAndDown(ways: Readonly<Record<string, Way>>, rounds = 5): (name: string) => Took {
  const all = Object.entries(ways).map(([name, way]) => ({ name, way, up: [] as number[], down: [] as number[] }));
  for (let round = 0; round <= rounds; round++)
    for (const { way, up, down } of round % 2 === 0 ? all : all.toReversed()) {
      const [a, b] = [timed(way.up), timed(way.down)];
      if (round === 0) continue;
      up.push(a);
      down.push(b);
    }
  return (name) => {
    const { up = [], down = [] } = all.find((w) => w.name === name) ?? {};
    return { up: median(up), down: median(down) };
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
