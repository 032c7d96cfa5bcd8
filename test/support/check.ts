import { type Test, suite as uvuSuite } from 'uvu';
import * as assert from 'uvu/assert';

/**
 * A uvu suite without hooks: in uvu 0.5.6 a hook that throws hides failures. The runner (test/run.mjs)
 * also requires that every file prints a total and that passed + skipped equals it.
 */
export function suite(name: string): Test {
  const tests = uvuSuite(name);
  const add = (title: string, body: Body) => tests(title, (context) => readably(body, context));
  return Object.assign(add, tests);
}

type Body = Parameters<Test>[1];

/** uvu takes an error's `details` for text and dies, losing the message, when they are something else (DvmError's are). */
async function readably(body: Body, context: Parameters<Body>[0]): Promise<void> {
  try {
    await body(context);
  } catch (e) {
    if (!(e instanceof Error) || !('details' in e) || typeof e.details !== 'object') throw e;
    const plain = new Error(`${e.message} ${JSON.stringify(e)}`);
    if (e.stack) plain.stack = e.stack;
    throw plain;
  }
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
