import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { canonicalLines } from './json.js';
import type { Ended } from './program-error.js';
import { Attached, type Word } from './programs.js';
import { programCommand } from './siblings.js';

/** A program that runs, with pipes to all of its standard streams. */
export interface Child {
  stdin: Writable;
  stdout: Readable;
  /** Resolves when it has gone and its streams are closed; never rejects. */
  ended: Promise<Ended>;
}

/**
 * Starts a program. Attached documents are written to pipes, which it finds under `/dev/fd/N`.
 *
 * @param keep descriptors that it gets besides, and that stay open as long as it runs
 */
export function startChild(words: readonly Word[], keep: readonly number[] = []): Child {
  const { file, args, pipes } = commandLine(words);
  const { spawn } = require('node:child_process') as typeof import('node:child_process'); // slow to load
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe', ...pipes.map(() => 'pipe' as const), ...keep] });
  for (const [i, data] of pipes.entries()) writeTo(child.stdio[3 + i] as Writable, data);
  const { stdin, stdout, stderr } = child as ChildProcessByStdio<Writable, Readable, Readable>;
  const text = lastOf(stderr.setEncoding('utf8'));
  const ended = new Promise<Omit<Ended, 'stderr'>>((done) => {
    child.on('error', (e) => done({ code: null, signal: null, problem: `did not start: ${e.message}` }));
    child.on('close', (code, signal) => done({ code, signal }));
  });
  return { stdin, stdout, ended: ended.then(async (how) => ({ ...how, stderr: await text })) };
}

/** What a program prints on standard error is kept to its last part: one that prints without end must not fill the memory. */
export const mostKept = 1 << 20;

async function lastOf(stream: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.length > 2 * mostKept) text = text.slice(-mostKept);
  }
  return text.slice(-mostKept);
}

function commandLine(words: readonly Word[]) {
  const pipes: Uint8Array[] = [];
  const text = words.map((word) => {
    if (!(word instanceof Attached)) return word;
    pipes.push(word.document instanceof Uint8Array ? word.document : Buffer.from(canonicalLines(word.document)));
    return `/dev/fd/${2 + pipes.length}`;
  });
  const [file, ...before] = programCommand(text[0] ?? '');
  return { file, args: [...before, ...text.slice(1)], pipes };
}

/** Writes to a program that may have gone: that is noticed where its answer is awaited, not here. */
export function writeTo(stream: Writable, data: string | Uint8Array, end = true): void {
  stream.on('error', () => {});
  if (end) stream.end(data);
  else stream.write(data);
}
