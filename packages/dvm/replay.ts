import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from '#gen/trace.js';
import { documentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { canonical, canonicalLines, defaultLimits, parseJson } from '#tool/json.js';
import type { TraceRecord } from '#tool/trace.js';

const traceType = /* @__PURE__ */ documentType<TraceRecord>('trace', 1, validate);

/** The runs that a trace directory holds, in the order they started. */
export function readTrace(dir: string): TraceRecord[] {
  let names: string[];
  try {
    names = readdirSync(dir).filter((n) => n.endsWith('.json'));
  } catch (e) {
    throw fail('noInput', 'no-input', `trace "${dir}" cannot be read: ${(e as Error).message}`, { cause: e });
  }
  const records = names.sort().map((name) => readRecord(join(dir, name)));
  if (records.length === 0)
    throw fail('noInput', 'no-trace', `"${dir}" holds no trace`, { hint: 'make one with dvm --trace DIR …' });
  return records;
}

function readRecord(path: string): TraceRecord {
  try {
    return parseTrace(readFileSync(path), path);
  } catch (e) {
    throw fail('badInput', 'bad-trace', `"${path}" is not a trace record: ${(e as Error).message}`, { cause: e });
  }
}

/**
 * Reads a record, in which documents lie one level deeper than by themselves.
 *
 * @param name for errors
 * @throws DvmError
 */
export function parseTrace(bytes: Uint8Array, name: string): TraceRecord {
  return traceType.parse(parseJson(bytes, name, { ...defaultLimits, depth: defaultLimits.depth + 2 }), name);
}

/** One line a run: number, tool and arguments, what came in and went out, how it ended. */
export function summarize(records: TraceRecord[]): string {
  return `${records.map((r, i) => `${String(i + 1).padStart(3)}  ${commandOf(r)}\n     ${flow(r)}`).join('\n')}\n`;
}

/** Documents that were handed over within a process have names that no file has, beginning with NUL. */
function commandOf({ tool, argv }: TraceRecord): string {
  return [tool, ...argv.map((word) => (word.startsWith('\0') ? '(document)' : word))].join(' ');
}

function flow(r: TraceRecord): string {
  const end = r.exit === 0 ? 'ok' : `exit ${r.exit}: ${r.error?.message ?? ''}`;
  return `${kind(r.input)} → ${kind(r.output)}   ${r.milliseconds.toFixed(1)} ms, ${end}`;
}

function kind(document: unknown): string {
  if (document === undefined) return '–';
  if (typeof document === 'string') return `text (${document.length} characters)`;
  const name = (document as { kind?: unknown })?.kind;
  return `${typeof name === 'string' ? name : 'JSON'} (${canonical(document).length} bytes)`;
}

/** Everything of one run: arguments, documents in full, the error. */
export function showStep(records: TraceRecord[], number: number): string {
  const record = records[number - 1];
  if (!record) throw fail('notFound', 'no-step', `the trace has ${records.length} steps, not ${number}`);
  const part = (name: string, value: unknown) =>
    value === undefined ? [] : [`--- ${name}`, typeof value === 'string' ? value : canonicalLines(value).trimEnd()];
  const head = `${commandOf(record)}\nstarted ${record.time}, ${record.milliseconds.toFixed(1)} ms, exit ${record.exit}`;
  return `${[head, ...part('input', record.input), ...part('output', record.output), ...part('error', record.error)].join('\n')}\n`;
}
