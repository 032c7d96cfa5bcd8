import { type Call, type Command, Lines, type Output, type Terminal, type Tool } from './command.js';
import { type Config, configSection, readConfig } from './config.js';
import type { DocumentType } from './document.js';
import { DvmError, fail } from './errors.js';
import { canonicalLines, parseJson } from './json.js';
import { type OptionSpecs, parseArguments } from './options.js';
import type { Programs } from './programs.js';
import { spawnPrograms } from './spawn.js';
import { readFileOrFail } from './stdio.js';

/** Where a run's input comes from and where its notes go; the process's own streams, or a caller's in one process. */
export interface Streams {
  /** All of standard input. */
  readInput(): Promise<Uint8Array | Checked>;
  note(line: string): void;
  /** The terminal that the output goes to. */
  terminal?(): Terminal | undefined;
  /** Config already read by a caller in the same process. */
  config?: Config | undefined;
  /** Documents, or bytes, that a caller in the same process hands over under a file's name. */
  files?: ReadonlyMap<string, unknown>;
  /** How this run starts other programs; as processes when unset. */
  programs?: Programs;
}

/** A document that a caller in the same process hands over as a value. Its type checks it once, whoever asks. */
export class Checked {
  constructor(readonly document: unknown) {}
}

export interface Result {
  output: Output;
  exitCode: number;
}

/** Flags every tool takes. */
export const commonOptions = {
  config: { type: 'string', alias: 'c', value: 'FILE', describe: 'config file; nothing is read from a standard place' },
  trace: { type: 'string', value: 'DIR', describe: 'log arguments, input and output of this run as a JSON file in DIR' },
  help: { type: 'boolean', alias: 'h', describe: 'show this help' },
  version: { type: 'boolean', describe: 'show the version' },
} as const satisfies OptionSpecs;

/** The command that `argv` chooses, and the arguments left for it. */
export function chooseCommand(tool: Tool, argv: string[]): { command: Command; args: string[] } {
  const only = tool.commands[0];
  if (tool.commands.length === 1 && only && only.name === tool.name) return { command: only, args: argv };
  const fallback = tool.commands.find((c) => c.name === tool.defaultCommand);
  const at = commandIndex(argv, fallback);
  const word = argv[at];
  const found = tool.commands.find((c) => c.name === word);
  if (found) return { command: found, args: argv.toSpliced(at, 1) };
  if (fallback && (word !== undefined || fallback.positionals.every((p) => p.optional))) return { command: fallback, args: argv };
  const names = tool.commands.map((c) => c.name).join(', ');
  throw word === undefined
    ? fail('usage', 'missing-command', `${tool.name} needs a command: ${names}`, { hint: 'see --help' })
    : fail('usage', 'unknown-command', `"${word}" is not a command of ${tool.name}: ${names}`, { hint: 'see --help' });
}

/** Index of the first word that is no flag; flags of any tool, and of `fallback`, are skipped with their value. Past the end when there is none. */
function commandIndex(argv: string[], fallback: Command | undefined): number {
  const valued = Object.entries({ ...commonOptions, ...fallback?.options } as OptionSpecs)
    .filter(([, spec]) => spec.type !== 'boolean')
    .flatMap(([name, { alias }]) => [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])]);
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') break;
    if (!word.startsWith('-')) return i;
    if (valued.includes(word)) i++;
  }
  return argv.length;
}

/**
 * Runs a tool's command in this process and returns what it would print.
 *
 * @throws DvmError for every expected failure
 */
export async function invoke(tool: Tool, argv: string[], streams: Streams): Promise<Result> {
  const { command, args } = chooseCommand(tool, argv);
  const parsed = parseArguments(args, { ...commonOptions, ...command.options }, command.positionals, command.rest !== undefined);
  for (const word of ['help', 'version'])
    if (parsed.options[word])
      throw fail('usage', 'bad-option', `option "--${word}" stands in a group of flags`, { hint: `write --${word}` });
  const path = parsed.options.config as string | undefined;
  const config = streams.config ?? (path === undefined ? undefined : readConfig(path));
  let exitCode = 0;
  const call: Call = {
    options: parsed.options as Call['options'],
    positionals: parsed.positionals,
    rest: parsed.rest,
    configPath: path,
    tracePath: parsed.options.trace as string | undefined,
    input: (type) => readDocument(streams, type),
    inputBytes: async () => {
      const input = await streams.readInput();
      return input instanceof Checked ? Buffer.from(JSON.stringify(input.document)) : input;
    },
    file: async (file, type) => readNamed(streams, file, type),
    fileBytes: async (file) => bytesNamed(streams, file),
    section: (section) => configSection(config, section),
    programs: () =>
      streams.programs ?? spawnPrograms(streams.note, commonWords(path, parsed.options.trace as string | undefined)),
    terminal: () => streams.terminal?.(),
    note: streams.note,
    exit: (code) => {
      exitCode = code;
    },
  };
  return { output: await command.run(call), exitCode };
}

/** The common flags of a run, for the programs it starts. */
export function commonWords(config: string | undefined, trace: string | undefined): string[] {
  return [...(config === undefined ? [] : ['-c', config]), ...(trace === undefined ? [] : ['--trace', trace])];
}

async function readDocument<T>(streams: Streams, type: DocumentType<T>): Promise<T> {
  const input = await streams.readInput();
  const name = 'standard input';
  return type.parse(input instanceof Checked ? input.document : parseJson(input, name), name);
}

async function readNamed<T>(streams: Streams, file: string, type: DocumentType<T>): Promise<T> {
  if (file === '-') return readDocument(streams, type);
  if (streams.files?.has(file)) return type.parse(streams.files.get(file), 'attached document');
  return type.parse(parseJson(readFileOrFail(file), file), file);
}

function bytesNamed(streams: Streams, file: string): Uint8Array {
  const given = streams.files?.get(file);
  if (given === undefined) return readFileOrFail(file);
  return given instanceof Uint8Array ? given : Buffer.from(canonicalLines(given));
}

/** The document inside an output, for handing on in one process. */
export function outputDocument(output: Output): unknown {
  return output instanceof Lines ? output.document : output;
}

/** Turns whatever was thrown into a DvmError; the unexpected becomes `internal`. */
export function asDvmError(e: unknown): DvmError {
  if (e instanceof DvmError) return e;
  const stack = e instanceof Error ? e.stack : String(e);
  return fail('internal', 'internal', `a defect in dvm: ${e instanceof Error ? e.message : String(e)}`, {
    hint: 'please report it with these details',
    details: { stack: stack?.split('\n').slice(0, 12) },
    cause: e,
  });
}
