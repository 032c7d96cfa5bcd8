import { existsSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { plainWords } from '../modules/cmd/words.js';
import { runBounded } from '../modules/process.js';

export type Condition = 'creates' | 'onlyif' | 'unless';

/** A piece's own conditions, references filled in: what came of those is looked at before it is used. */
export type Conditions = Readonly<Partial<Record<Condition, readonly unknown[]>>>;

/**
 * The condition that says that there is nothing to do: all files of `creates` are there, a command of `onlyif` fails, or all of
 * `unless` succeed. Undefined when the piece is to be run.
 */
export async function nothingToDo({ creates = [], onlyif = [], unless = [] }: Conditions, signal: AbortSignal) {
  if (creates.length > 0 && creates.every((path) => existsSync(String(path)))) return 'creates';
  for (const test of onlyif) if (!(await succeeds(test, signal))) return 'onlyif';
  if (unless.length === 0) return undefined;
  for (const test of unless) if (!(await succeeds(test, signal))) return undefined;
  return 'unless';
}

/** One that needs no shell is started without. What cannot be started does not succeed. */
async function succeeds(test: unknown, signal: AbortSignal): Promise<boolean> {
  const [file = '', ...args] = typeof test === 'string' ? (plainWords(test) ?? ['/bin/sh', '-c', test]) : wordsOf(test);
  return (await runBounded({ file, args, signal })).code === 0;
}

function wordsOf(test: unknown): string[] {
  if (Array.isArray(test) && test.every((word) => typeof word === 'string')) return test;
  throw fail('badInput', 'bad-condition', `condition ${JSON.stringify(test)} is neither a command line nor a list of words`);
}
