import type { Readable } from 'node:stream';
import { type Child, startChild, writeTo } from './child.js';
import { fail } from './errors.js';
import { canonicalLines, defaultLimits, parseJson } from './json.js';
import { programError } from './program-error.js';
import { Attached, type PhaseSession, type Programs, type Word } from './programs.js';

/**
 * Programs as processes: documents go through pipes, attached ones as `/dev/fd/N`.
 * A program's own JSON error and exit code are passed on as they are.
 *
 * @param note where the programs' other lines on standard error go
 * @param common words handed on to dvm's own programs: `-c FILE`, `--trace DIR`
 */
export function spawnPrograms(note: (line: string) => void, common: readonly string[] = []): Programs {
  const complete = <W extends Word>([program, ...rest]: W[]): (W | string)[] =>
    String(program).includes('/') ? [program ?? '', ...rest] : [program ?? '', ...common, ...rest];
  return {
    run: (words, input) => runProgram(complete(words), input, note),
    session: (words, plan, keep = []) => startSession(complete(words), plan, keep, note),
  };
}

async function runProgram(words: Word[], input: unknown, note: (line: string) => void): Promise<unknown> {
  const name = String(words[0]);
  const child = startChild(words);
  writeTo(child.stdin, input === undefined ? '' : canonicalLines(input));
  const output = await collect(child.stdout, name);
  const ended = await child.ended;
  if (ended.code !== 0) throw programError(name, ended);
  noteLines(ended.stderr, note);
  return output.length === 0 ? undefined : parseJson(output, `output of "${name}"`);
}

/** All that a program prints. One that prints without end is left to the pipe that nobody reads any more. */
async function collect(stdout: Readable, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdout) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > defaultLimits.bytes)
      throw fail('edit', 'program-failed', `"${name}" printed more than ${defaultLimits.bytes} bytes`);
  }
  return Buffer.concat(chunks);
}

function noteLines(text: string, note: (line: string) => void): void {
  for (const line of text.split('\n')) if (line !== '') note(line);
}

async function startSession(
  words: Word[],
  plan: unknown,
  keep: readonly number[],
  note: (line: string) => void,
): Promise<PhaseSession> {
  const child = startChild([...words, new Attached(plan)], keep);
  const answers = lines(child);
  return {
    run: async (phase) => {
      writeTo(child.stdin, `${phase}\n`, false);
      const { value } = await answers.next();
      if (value === undefined) throw programError('dmexec', await child.ended);
      return parseJson(value, 'result of dmexec') as unknown as { exit: number };
    },
    end: async () => {
      writeTo(child.stdin, 'end\n');
      noteLines((await child.ended).stderr, note);
    },
  };
}

function lines({ stdout }: Child): AsyncIterator<string, undefined> {
  const { createInterface } = require('node:readline') as typeof import('node:readline');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}
