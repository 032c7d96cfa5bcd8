import { type Test, suite as uvuSuite } from 'uvu';
import * as assert from 'uvu/assert';

/**
 * A uvu suite without hooks: in uvu 0.5.6 a hook that throws hides failures. The runner (test/run.mjs)
 * also requires that every file prints a total and that passed + skipped equals it.
 */
export function suite(name: string): Test {
  return uvuSuite(name);
}

export { assert };

/** Says loudly why a part cannot run on this machine; the runner counts it as skipped, never as passed. */
export function skipped(count: number, why: string): void {
  process.stdout.write(`SKIPPED ${count} ${why}\n`);
}

/** Runs `f` and returns what it threw; fails when it returned. */
export async function thrown<E = Error>(f: () => unknown): Promise<E> {
  try {
    await f();
  } catch (e) {
    return e as E;
  }
  throw new Error('expected an error, got none');
}
