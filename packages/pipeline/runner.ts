import { registry } from '#gen/registry.js';
import { Bytes, type Output, type Terminal, type Tool } from '#tool/command.js';
import { type Config, readConfig } from '#tool/config.js';
import { DvmError, fail } from '#tool/errors.js';
import { Checked, commonWords, outputDocument, type Streams } from '#tool/invoke.js';
import { Attached, type PhaseSession, type Programs, type Word } from '#tool/programs.js';
import { spawnPrograms } from '#tool/spawn.js';
import { invokeTraced } from '#tool/trace.js';
import { startInProcess } from './in-process-session.js';
import { type Pipeline, type Stage, withOptions } from './pipeline.js';

/** What every stage of a run shares. */
export interface RunOptions {
  /** `-c FILE`, handed to every tool. */
  configPath: string | undefined;
  trace: string | undefined;
  note(line: string): void;
  terminal?(): Terminal | undefined;
}

/** How often a group is looked at anew while other programs change which devices it has. */
const LOOKS = 5;

export interface RunResult {
  output: Output;
  exitCode: number;
}

/**
 * Runs pipelines in this process: the same tools, the same documents, without a process start and without
 * printing and parsing between them. What suspends devices still runs in a dmexec of its own.
 * Stops at the first stage that fails.
 *
 * @returns what each pipeline came to, as it is done
 */
export async function* runPipelines(pipelines: readonly Pipeline[], options: RunOptions): AsyncGenerator<RunResult> {
  const config = options.configPath === undefined ? undefined : readConfig(options.configPath);
  for (const pipeline of pipelines) {
    const result = await runPipeline(pipeline, options, config);
    yield result;
    if (result.exitCode !== 0) return;
  }
}

/**
 * Runs one pipeline, and again where what discover saw was too old: another program gave or took devices before the lock
 * was had, and nothing has been changed.
 */
export async function runPipeline(
  pipeline: Pipeline,
  options: RunOptions,
  config = options.configPath === undefined ? undefined : readConfig(options.configPath),
): Promise<RunResult> {
  for (let look = 1; ; look++) {
    try {
      return await runOnce(pipeline, options, config);
    } catch (e) {
      const stale = e instanceof DvmError && e.code === 'stale-devices' && pipeline[0]?.[0] === 'discover';
      if (!stale || look === LOOKS) throw e;
    }
  }
}

async function runOnce(pipeline: Pipeline, options: RunOptions, config: Config | undefined): Promise<RunResult> {
  const programs = inProcessPrograms(options, config);
  let result: RunResult = { output: undefined, exitCode: 0 };
  for (const stage of pipeline) {
    const [name, ...argv] = withOptions(stage, commonWords(options.configPath, options.trace));
    const input = outputDocument(result.output);
    result = await collected(await toolNamed(name), argv, {
      readInput: async () => given(input),
      note: options.note,
      ...(options.terminal ? { terminal: options.terminal } : {}),
      config,
      programs,
    });
  }
  return result;
}

/** Runs one tool on a document that is at hand, such as the devices of a group that were found together with others. */
export async function runTool(stage: Stage, input: unknown, options: RunOptions): Promise<RunResult> {
  const config = options.configPath === undefined ? undefined : readConfig(options.configPath);
  const [name, ...argv] = withOptions(stage, commonWords(options.configPath, options.trace));
  const programs = inProcessPrograms(options, config);
  const readInput = async () => given(input);
  return collected(await toolNamed(name), argv, { readInput, note: options.note, config, programs });
}

/** A stream of documents is drained here: what produces it does its work as it is read. */
async function collected(tool: Tool, argv: string[], streams: Streams): Promise<RunResult> {
  const { output, exitCode } = await invokeTraced(tool, argv, streams);
  if (typeof output !== 'object' || output === null || !(Symbol.asyncIterator in output)) return { output, exitCode };
  const documents: unknown[] = [];
  for await (const document of output as AsyncIterable<unknown>) documents.push(document);
  return { output: documents.length === 1 ? (documents[0] as Output) : documents, exitCode };
}

/** Runs one tool that prints a document a line, and hands each on as it comes. */
export async function* streamOf(
  words: readonly [string, ...string[]],
  input: unknown,
  options: RunOptions,
): AsyncGenerator<unknown> {
  const config = options.configPath === undefined ? undefined : readConfig(options.configPath);
  const [name, ...argv] = words;
  const readInput = async () => given(input);
  const { output } = await invokeTraced(await toolNamed(name), argv, { readInput, note: options.note, config });
  if (typeof output === 'object' && output !== null && Symbol.asyncIterator in output) yield* output as AsyncIterable<unknown>;
}

async function toolNamed(name: string): Promise<Tool> {
  const load = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (!load) throw fail('notFound', 'no-program', `"${name}" is not one of dvm's programs`);
  return load();
}

function given(document: unknown): Checked {
  if (document === undefined) throw fail('noInput', 'no-input', 'a document is expected on standard input, none was given');
  return new Checked(document);
}

/** The programs that tm starts, as functions of this process; those named by a path are still started. */
export function inProcessPrograms(options: RunOptions, config: Config | undefined): Programs {
  const outside = spawnPrograms(options.note, commonWords(options.configPath, options.trace));
  const programs: Programs = {
    run: async (words, input) => {
      const [name] = words;
      if (typeof name !== 'string' || !Object.hasOwn(registry, name)) return outside.run(words, input);
      const { argv, files } = attach(words.slice(1));
      const readInput = async () => given(input);
      const trace = options.trace === undefined ? [] : ['--trace', options.trace];
      const result = await invokeTraced(await toolNamed(name), [...trace, ...argv], {
        readInput,
        note: options.note,
        config,
        files,
        programs,
      });
      return result.output instanceof Bytes ? undefined : outputDocument(result.output);
    },
    session: async (words, plan, keep) => {
      // a trace is to hold the results too: dmexec writes them into it itself
      const inside = options.trace === undefined ? await inProcessSession(words, plan, options.note) : undefined;
      return inside ?? outside.session(words, plan, keep);
    },
  };
  return programs;
}

async function inProcessSession(words: string[], plan: unknown, note: (line: string) => void): Promise<PhaseSession | undefined> {
  return words[0] === 'dmexec' ? startInProcess(words.slice(1), plan, note) : undefined;
}

/** Attached documents get a name that no file can have. */
function attach(words: Word[]): { argv: string[]; files: Map<string, unknown> } {
  const files = new Map<string, unknown>();
  const argv = words.map((word) => {
    if (!(word instanceof Attached)) return word;
    const name = `\0${files.size}`;
    files.set(name, word.document);
    return name;
  });
  return { argv, files };
}
