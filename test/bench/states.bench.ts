import { alone } from './figure.js';
import { type Runtime, run, runtimes } from './runtime.js';
import { manyStates } from './states-made.js';

/** States that are compiled and ordered, by two programs that pass documents, and milliseconds aimed at. */
const limits = new Map([
  [1000, 1000],
  [10_000, 10_000],
]);

function compileAndOrder(runtime: Runtime, sources: string, mode: string): void {
  const states = run(runtime, 'state', ['compile', 'main'], sources);
  run(runtime, 'state', ['order', '--mode', mode], states);
}

for (const [count, limit] of limits)
  for (const runtime of runtimes()) {
    const sources = manyStates(count);
    const sides = Object.fromEntries(
      ['ansible', 'genius'].map((mode) => [
        `${count} states, compile and order ${mode}, ${runtime.name}`,
        () => void compileAndOrder(runtime, sources, mode),
      ]),
    );
    alone(sides, limit, { name: `${limit / 1000} s`, goal: 1 }, { count: 5 });
  }
