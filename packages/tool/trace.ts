import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DvmError } from './errors.js';
import { canonical, type Json } from './json.js';

/** One run of one tool, as `--trace DIR` logs it: `DIR/<start>-<pid>-<tool>.json`, mode 0600. */
export interface TraceRecord {
  kind: 'trace';
  version: 1;
  tool: string;
  argv: string[];
  pid: number;
  /** Nanoseconds of the monotonic clock, for order; milliseconds of wall time, for people. */
  started: string;
  time: string;
  milliseconds?: number;
  exit?: number;
  input?: Json;
  output?: Json;
  error?: Json;
}

export interface Trace {
  input<T extends Uint8Array>(bytes: T): T;
  output(bytes: Uint8Array): void;
  end(exit: number): void;
  fail(error: DvmError): void;
}

const nothing: Trace = { input: (b) => b, output: () => {}, end: () => {}, fail: () => {} };

/** Starts the log of a run when `argv` carries `--trace DIR`. */
export function startTrace(tool: string, argv: string[]): Trace {
  const dir = traceDirectory(argv);
  if (dir === undefined) return nothing;
  const start = process.hrtime.bigint();
  const record: TraceRecord = {
    kind: 'trace',
    version: 1,
    tool,
    argv,
    pid: process.pid,
    started: start.toString().padStart(20, '0'),
    time: new Date().toISOString(),
  };
  const write = (): void => {
    record.milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dir, `${record.started}-${process.pid}-${tool}.json`), `${canonical(record)}\n`, { mode: 0o600 });
  };
  return {
    input: (bytes) => {
      record.input = readable(bytes);
      return bytes;
    },
    output: (bytes) => {
      record.output = readable(bytes);
    },
    end: (exit) => {
      record.exit = exit;
      write();
    },
    fail: (error) => {
      record.exit = error.exitCode;
      record.error = error.toJSON() as Json;
      write();
    },
  };
}

function traceDirectory(argv: string[]): string | undefined {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const at = own.indexOf('--trace');
  return at >= 0 ? own[at + 1] : own.find((a) => a.startsWith('--trace='))?.slice('--trace='.length);
}

/** A document as JSON where it is one, else its text. */
function readable(bytes: Uint8Array): Json {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
