import type { ConfigSection } from './config.js';
import type { DocumentType } from './document.js';
import type { Json } from './json.js';
import type { OptionSpecs, OptionValues, PositionalSpec } from './options.js';
import type { Programs } from './programs.js';

/** Text to print as it is, instead of a JSON document. */
export class Text {
  constructor(readonly text: string) {}
}
/** Bytes to print as they are. */
export class Bytes {
  constructor(readonly bytes: Uint8Array) {}
}
/** A document printed in canonical lines (see `canonicalLines`) and handed on as a value. */
export class Lines {
  constructor(
    readonly document: unknown,
    readonly depth = 3,
  ) {}
}
/** What a command returns: nothing, a JSON document, text, bytes, or a stream of documents (NDJSON). */
export type Output = undefined | object | Json | Text | Bytes | Lines | AsyncIterable<unknown>;

export interface Terminal {
  columns: number;
}

/** Everything a command may know of the world besides its arguments. */
export interface Call<S extends OptionSpecs = OptionSpecs> {
  options: OptionValues<S>;
  positionals: string[];
  /** Words after `--`. */
  rest: string[] | undefined;
  /** The document on standard input, checked. */
  input<T>(type: DocumentType<T>): Promise<T>;
  /** Standard input as text or bytes, for the few tools that do not read JSON. */
  inputBytes(): Promise<Uint8Array>;
  /** A document from a file (`-` is standard input), checked. */
  file<T>(path: string, type: DocumentType<T>): Promise<T>;
  /** A file as bytes, for the few that are not JSON. */
  fileBytes(path: string): Promise<Uint8Array>;
  /** The tool's section of the `-c` config, checked; the section's default without one. */
  section<T>(section: ConfigSection<T>): T;
  /** Path of the `-c` file, to hand on to programs this one starts. */
  configPath: string | undefined;
  /** Directory of the trace log, for programs run in this process. */
  tracePath: string | undefined;
  /** How to run other programs: processes, or functions of this process. */
  programs(): Programs;
  /** The terminal that standard output is, if it is one. */
  terminal(): Terminal | undefined;
  /** A line for people on standard error. */
  note(line: string): void;
  /** Exit code of a run that did not fail, default 0. */
  exit(code: number): void;
}

export interface Command<S extends OptionSpecs = OptionSpecs> {
  name: string;
  summary: string;
  positionals: PositionalSpec[];
  options: S;
  /** Describes the words after `--`, if it takes any. */
  rest?: string;
  run(call: Call<S>): Output | Promise<Output>;
}

/**
 * An executable: one command, or several chosen by the first argument.
 * `defaultCommand` is run when the first argument names none of them.
 */
export interface Tool {
  name: string;
  summary: string;
  /** What it reads from standard input and what it prints, for help and the tool's page. */
  input: string;
  output: string;
  commands: Command[];
  defaultCommand?: string;
  /** Errors are words where standard error is a terminal; JSON elsewhere, as with every tool. */
  forPeople?: boolean;
}

/** Keeps the option types of a command while making it one of many. */
export function command<const S extends OptionSpecs>(c: Command<S>): Command {
  return c as unknown as Command;
}

/** A tool of one command, the usual case. */
export function singleTool<const S extends OptionSpecs>(
  t: Omit<Tool, 'commands' | 'defaultCommand'> & Omit<Command<S>, 'name' | 'summary'>,
): Tool {
  const { name, summary, input, output, ...rest } = t;
  return { name, summary, input, output, commands: [command({ name, summary, ...rest })] };
}
