import { KernelError } from '#dm/kernel.js';
import { DvmError } from '#tool/errors.js';
import { canonical, canonicalLines, parseJson } from '#tool/json.js';

/** A broken invariant: accepted input whose outcome is not what it should be. */
export class Broken extends Error {}

/** @throws Broken */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** The result, or undefined when the input was refused by an error that a stranger's input may cause. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (e) {
    refusal(e);
    return undefined;
  }
}

export async function attemptAsync<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (e) {
    refusal(e);
    return undefined;
  }
}

/** Lets a refusal pass that can be printed; everything else is thrown on. */
export function refusal(e: unknown): void {
  if (e instanceof KernelError) return;
  if (!(e instanceof DvmError) || e.code === 'internal' || e.exit === 'internal') throw e;
  must(e.message !== '', 'an error says something');
  canonical(e.toJSON());
}

/** A document is what its schema says, and its text gives it back. Returns what was read from the text. */
export function mustRoundTrip<T>(document: unknown, type: { parse(value: unknown, name: string): T }): T {
  const text = canonicalLines(document);
  const again = type.parse(parseJson(text, 'round trip'), 'round trip');
  must(canonicalLines(again) === text, 'the text of a document is the same after reading it');
  return again;
}
