import type { Random } from '#test/support/random.js';
import type { Json } from '#tool/json.js';

/** What became of an input: taken, or refused as a stranger's input may be. Anything else is thrown, and is a finding. */
export type Verdict = 'accepted' | 'refused';

/**
 * Code that reads what others wrote. Inputs are JSON values, texts and bytes among them, so that findings are small
 * files that people can read (findings/NAME/*.json).
 */
export interface Target<Input = Json> {
  readonly name: string;
  /** What is fuzzed, in a few words. */
  readonly what: string;
  /** Runs of the short round in `make test`. */
  readonly quick: number;
  /** Sound inputs to start from, and known difficult ones. */
  seeds(): Input[] | Promise<Input[]>;
  /** A changed copy; `other` is another input of the corpus, to take pieces from. */
  mutate(input: Input, random: Random, other: Input): Input;
  /** Feeds the input to the code and holds what comes out to its invariants. */
  run(input: Input): Verdict | Promise<Verdict>;
}

/** A target whose inputs have a form of their own: they come from its seeds, its mutations, and findings of both. */
export function target<Input>(typed: Target<Input>): Target {
  return typed as unknown as Target;
}
