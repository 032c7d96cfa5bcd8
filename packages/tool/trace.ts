import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FromSchema } from 'json-schema-to-ts';
import { Bytes, Lines, Text, type Tool } from './command.js';
import { type DvmError, fail } from './errors.js';
import { asDvmError, Checked, invoke, type Result, type Streams } from './invoke.js';
import { canonical, type Json, parseJson } from './json.js';
import type { traceSchema } from './trace.schema.js';

/** One run of one tool, as `--trace DIR` logs it in `DIR/<started>-<pid>-<tool>.json`, mode 0600. */
export type TraceRecord = FromSchema<typeof traceSchema>;

/** `invoke`, and the log of it when `argv` carries `--trace DIR`. */
export async function invokeTraced(tool: Tool, argv: string[], streams: Streams): Promise<Result> {
  const dir = traceDirectory(argv);
  if (dir === undefined) return invoke(tool, argv, streams);
  makeDirectory(dir);
  const start = process.hrtime.bigint();
  const seen: { input?: unknown } = {};
  const log: Log = (exit, rest) => {
    const record: TraceRecord = {
      kind: 'trace',
      version: 1,
      tool: tool.name,
      argv,
      pid: process.pid,
      started: start.toString().padStart(20, '0'),
      time: new Date().toISOString(),
      milliseconds: Number(process.hrtime.bigint() - start) / 1e6,
      exit,
      ...seen,
      ...rest,
    };
    writeRecord(dir, record, streams.note);
  };
  try {
    const result = await invoke(tool, argv, { ...streams, readInput: async () => remember(await streams.readInput(), seen) });
    if (isStream(result.output)) return { ...result, output: logged(result.output, result.exitCode, log) };
    log(result.exitCode, { output: readable(result.output) });
    return result;
  } catch (e) {
    const error = asDvmError(e);
    log(error.exitCode, { error: error.toJSON() });
    throw e;
  }
}

type Log = (exit: number, rest: Pick<TraceRecord, 'output' | 'error'>) => void;

/** A stream is logged when it ends, by itself or because its reader has gone: all documents that it gave. */
async function* logged(stream: AsyncIterable<unknown>, exit: number, log: Log): AsyncGenerator<unknown> {
  const output: unknown[] = [];
  let failure: DvmError | undefined;
  try {
    for await (const document of stream) {
      output.push(document);
      yield document;
    }
  } catch (e) {
    failure = asDvmError(e);
    throw e;
  } finally {
    log(failure?.exitCode ?? exit, { output, ...(failure ? { error: failure.toJSON() } : {}) });
  }
}

function isStream(output: unknown): output is AsyncIterable<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}

function traceDirectory(argv: string[]): string | undefined {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const at = own.indexOf('--trace');
  return at >= 0 ? own[at + 1] : own.find((a) => a.startsWith('--trace='))?.slice('--trace='.length);
}

function remember<T extends Uint8Array | Checked>(input: T, seen: { input?: unknown }): T {
  seen.input = input instanceof Checked ? input.document : parsed(Buffer.from(input).toString('utf8'));
  return input;
}

function readable(output: Result['output']): unknown {
  if (output instanceof Lines) return output.document;
  if (output instanceof Text) return output.text;
  if (output instanceof Bytes) return parsed(Buffer.from(output.bytes).toString('utf8'));
  return output;
}

/** A document as JSON where it is a sound one, else its text: a log shows rubbish as it came. */
function parsed(text: string): Json {
  try {
    return parseJson(text, 'traced');
  } catch {
    return text;
  }
}

/** The run is over: a log that cannot be written any more does not take its result away. */
function writeRecord(dir: string, record: TraceRecord, note: (line: string) => void): void {
  const file = join(dir, `${record.started}-${record.pid}-${record.tool}.json`);
  try {
    writeFileSync(file, `${canonical(record)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (e) {
    note(`trace "${file}" is not written: ${(e as Error).message}`);
  }
}

/** Before the run, so that a log that cannot be written stops it while nothing has changed. */
function makeDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch (e) {
    throw fail('cannotCreate', 'no-trace', `trace directory "${dir}" cannot be used: ${(e as Error).message}`, { cause: e });
  }
}
