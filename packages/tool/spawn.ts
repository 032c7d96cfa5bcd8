import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { DvmError, type ExitName, exitCodes, fail } from './errors.js';
import { canonicalLines, type Json, parseJson } from './json.js';
import { Attached, type PhaseSession, type Programs, type Word } from './programs.js';
import { programCommand } from './siblings.js';

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
  const { execa } = await import('execa');
  const { file, args, pipes } = commandLine(words);
  const child = await execa(file, args, {
    stdio: [input === undefined ? 'ignore' : Buffer.from(canonicalLines(input)), 'pipe', 'pipe', ...pipes],
    encoding: 'buffer',
    reject: false,
    maxBuffer: 1 << 30,
    stripFinalNewline: false,
  });
  const name = programName(words);
  const [stdout, stderr] = [bytes(child.stdout), Buffer.from(bytes(child.stderr)).toString()];
  if (child.failed && !endedUnread(child))
    throw programError(name, child.exitCode, child.signal, stderr, child.shortMessage ?? '');
  for (const line of stderr.split('\n')) if (line !== '') note(line);
  return stdout.length === 0 ? undefined : parseJson(stdout, `output of ${name}`);
}

/** It worked, without reading all it was given: `vol_activate --all` has no use for the current devices, for instance. */
function endedUnread({ exitCode, code }: { exitCode?: number | undefined; code?: string | undefined }): boolean {
  return exitCode === 0 && (code === 'EPIPE' || code === 'ECONNRESET');
}

function bytes(out: unknown): Uint8Array {
  return out instanceof Uint8Array ? out : new Uint8Array();
}

function commandLine(words: Word[]) {
  const pipes: Uint8Array[] = [];
  const text = words.map((word) => {
    if (!(word instanceof Attached)) return word;
    pipes.push(word.document instanceof Uint8Array ? word.document : Buffer.from(canonicalLines(word.document)));
    return `/dev/fd/${2 + pipes.length}`;
  });
  const [file, ...before] = programCommand(text[0] ?? '');
  return { file, args: [...before, ...text.slice(1)], pipes };
}

function programName(words: Word[]): string {
  return `"${String(words[0])}"`;
}

const exitNames = new Map<number, ExitName>(Object.entries(exitCodes).map(([name, code]) => [code, name as ExitName]));

/** The error a failed program printed, or one that says how it ended. */
function programError(
  name: string,
  code: number | undefined,
  signal: string | undefined,
  stderr: string,
  message: string,
): DvmError {
  const own = lastError(stderr);
  const exit = exitNames.get(code ?? -1);
  if (own && exit) return new DvmError(exit, { code: own.code, message: own.message, hint: own.hint, details: own.details });
  const how = signal
    ? `was killed by ${signal}`
    : code === undefined
      ? `did not start: ${message}`
      : `failed with exit code ${code}`;
  return fail('edit', 'program-failed', `${name} ${how}`, { details: { stderr: stderr.slice(-2000), exit: code ?? null } });
}

interface PrintedError {
  code: string;
  message: string;
  hint?: string;
  details?: Json;
}

function lastError(stderr: string): PrintedError | undefined {
  for (const line of stderr.trimEnd().split('\n').reverse()) {
    try {
      const value = JSON.parse(line) as { kind?: unknown };
      if (value?.kind === 'error') return value as unknown as PrintedError;
    } catch {
      // not the error line
    }
  }
  return undefined;
}

/** node's own spawn: execa does not hand on descriptors, and costs 35 ms that the group is locked for. */
async function startSession(
  words: Word[],
  plan: unknown,
  keep: readonly number[],
  note: (line: string) => void,
): Promise<PhaseSession> {
  const { file, args, pipes } = commandLine([...words, new Attached(plan)]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe', ...pipes.map(() => 'pipe' as const), ...keep] });
  const { stdin, stdout, stderr } = child as ChildProcessByStdio<Writable, Readable, Readable>;
  const closed = new Promise<{ code: number | null; signal: string | null }>((done) => {
    child.on('error', (e) => note(`dmexec did not start: ${e.message}`));
    child.on('close', (code, signal) => done({ code, signal }));
  });
  for (const [i, data] of pipes.entries()) writeTo(child.stdio[3 + i] as Writable, data);
  const errors = stderr.setEncoding('utf8').toArray();
  const results = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const ended = async () => ({ ...(await closed), stderr: (await errors).join('') });
  return {
    run: async (phase) => {
      writeTo(stdin, `${phase}\n`, false);
      const { value } = await results.next();
      if (value !== undefined) return parseJson(value, 'result of dmexec') as unknown as { exit: number };
      const { code, signal, stderr: text } = await ended();
      throw programError('"dmexec"', code ?? undefined, signal ?? undefined, text, '');
    },
    end: async () => {
      writeTo(stdin, 'end\n');
      for (const line of (await ended()).stderr.split('\n')) if (line !== '') note(line);
    },
  };
}

/** A process that has gone is noticed where its answer is awaited, not here. */
function writeTo(stream: Writable, data: string | Uint8Array, end = true): void {
  stream.on('error', () => {});
  if (end) stream.end(data);
  else stream.write(data);
}
