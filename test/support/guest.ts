import { execFileSync } from 'node:child_process';
import { tool } from '#dvm/commands/dvm.js';
import type { Pipeline } from '#pipeline/pipeline.js';
import { runPipelines } from '#pipeline/runner.js';
import { tool as tmTool } from '#tm/commands/tm.js';
import { DvmError } from '#tool/errors.js';
import { Checked, invoke, outputDocument } from '#tool/invoke.js';
import { thrown } from './check.js';

/** What tests in a guest share: our programs as a user calls them, and other people's programs to check them with. */

type Words = TemplateStringsArray;
/** One word, several, or a number. */
type Value = string | number | readonly string[];

/** A JSON document, as loosely as a test looks at it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into documents of many kinds
export type Document = any;

/**
 * A verb of dvm in this process (what suspends devices is a dmexec of its own all the same), and the document it gives, the last one if several.
 * Literal text is split at blanks, a value is one word, an array as many as it has.
 *
 *     await dvm`create ${`vg/${name}`} --size 4M`
 *
 * @throws DvmError as the program prints it; an error too when its exit code is not 0
 */
export async function dvm(text: Words, ...values: Value[]): Promise<Document> {
  const notes: string[] = [];
  const { output, exitCode } = await invoke(tool, [...wordsOf(text, values), '--json'], {
    readInput: async () => Buffer.alloc(0),
    note: (line) => notes.push(line),
  });
  const document = await lastOf(outputDocument(output));
  if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${JSON.stringify(document)} ${notes.join(' ')}`);
  return document;
}

/** A verb of several pipelines gives a document for each. */
export async function lastOf(output: unknown): Promise<Document> {
  if (typeof output !== 'object' || output === null || !(Symbol.asyncIterator in output)) return output;
  let last: unknown;
  for await (const document of output as AsyncIterable<unknown>) last = document;
  return last;
}

/** `-c FILE` and `--trace DIR` of the pipelines that follow. */
export const settings: { configPath: string | undefined; trace: string | undefined } = {
  configPath: undefined,
  trace: undefined,
};

/** A pipeline of our programs in this process: ``await pipe`discover vg | tm verify vg` ``. */
export async function pipe(text: Words, ...values: Value[]): Promise<{ document: Document; exitCode: number }> {
  const runs = runPipelines([stagesOf(wordsOf(text, values))], { ...settings, note: () => {} });
  for await (const { output, exitCode } of runs) return { document: outputDocument(output), exitCode };
  throw new Error('a pipeline comes to something');
}

/** The refusal of a program: an expected failure, never a defect. */
export async function refusal(work: () => Promise<unknown>): Promise<DvmError> {
  const e = await thrown(work);
  if (!(e instanceof DvmError) || e.exit === 'internal') throw e;
  return e;
}

/** Another program, to its end; what it printed. Fails with what it said when it fails. */
export function sh(text: Words, ...values: Value[]): string {
  const [file = '', ...args] = wordsOf(text, values);
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
}

/** Words at blanks; a value is joined to text that touches it. */
function wordsOf(text: Words, values: readonly Value[]): string[] {
  const words: string[] = [];
  for (const [i, part] of text.entries()) {
    const [first = '', ...rest] = part.split(/\s+/);
    if (first !== '') words.push((i > 0 ? (words.pop() ?? '') : '') + first);
    words.push(...rest.filter((word) => word !== ''));
    const value = values[i];
    if (Array.isArray(value)) words.push(...value);
    else if (value !== undefined) words.push((/\S$/.test(part) ? (words.pop() ?? '') : '') + value);
  }
  return words;
}

function stagesOf(words: readonly string[]): Pipeline {
  const stages: string[][] = [[]];
  for (const word of words) word === '|' ? stages.push([]) : stages.at(-1)?.push(word);
  return stages as unknown as Pipeline;
}

/** Every live table as `dmsetup table` prints it, by the name of the device; empty when there is none. */
export function tables(): Record<string, string[]> {
  return byDevice(sh`dmsetup table`);
}

/** Lines `NAME: REST` gathered by name. */
function byDevice(text: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const line of text.split('\n')) {
    const [, name, rest] = /^(\S+): (.*)$/.exec(line) ?? [];
    if (name !== undefined && rest !== undefined) found[name] = [...(found[name] ?? []), rest];
  }
  return found;
}

/** Names of all mapped devices, sorted. */
export function devices(): string[] {
  return sh`dmsetup info --noheadings -c -o name`
    .split('\n')
    .filter((l) => l !== '' && l !== 'No devices found')
    .sort();
}

/** Everything that dmsetup tells about devices, foreign ones too: to compare before and after. */
export function everythingOf(names: readonly string[]): string {
  const wanted = new Set(names);
  const info = sh`dmsetup info`.split(/\n\n+/).filter((block) => wanted.has(/^Name: +(\S+)/.exec(block)?.[1] ?? ''));
  const lines = (sh`dmsetup table` + sh`dmsetup deps`).split('\n').filter((line) => wanted.has(line.split(': ')[0] ?? ''));
  return [...info.sort(), ...lines.sort()].join('\n');
}

/** Names of devices that are suspended, and of those with a table loaded and not live. */
export function unsettled(): string[] {
  const lines = sh`dmsetup info -c --noheadings -o name,suspended,tables_loaded`.split('\n');
  return lines.filter((l) => l.includes('Suspended') || l.includes('Inactive') || l.includes('None'));
}

/** The sha256 of a file or device. */
export function sha256(path: string): string {
  return sh`sha256sum ${path}`.split(' ')[0] ?? '';
}

/** tm, given a devices document that may be out of date. */
export async function tm(devicesDocument: Document, ...argv: string[]): Promise<Document> {
  const readInput = async () => new Checked(devicesDocument);
  const { output } = await invoke(tmTool, argv, { readInput, note: () => {} });
  return outputDocument(output);
}
