import { Bytes, Lines, type Output, type Terminal, Text, type Tool } from './command.js';
import type { DvmError } from './errors.js';
import { asDvmError, chooseCommand, type Streams } from './invoke.js';
import { canonical, canonicalLines } from './json.js';
import { textOf } from './printable.js';
import { isTerminal, readStdin, writeAll } from './stdio.js';
import { invokeTraced } from './trace.js';
import { version } from './version.js';

/**
 * Entry point of every executable: arguments from the command line, documents through the standard
 * streams, one JSON error on standard error, the exit code in `process.exitCode`.
 */
export async function main(tool: Tool, argv: string[] = process.argv.slice(2)): Promise<void> {
  try {
    if (await answered(tool, argv)) return;
    const note = (line: string) => void writeAll(2, Buffer.from(`${line}\n`));
    const streams: Streams = { readInput: async () => readStdin(), terminal, note };
    const { output, exitCode } = await invokeTraced(tool, argv, streams);
    process.exitCode = exitCode;
    await print(output);
  } catch (e) {
    const error = asDvmError(e);
    writeAll(2, Buffer.from(tool.forPeople && isTerminal(2) ? errorText(tool.name, error) : `${canonical(error.toJSON())}\n`));
    process.exitCode = error.exitCode;
  }
}

/** An error in words: what happened, what to do next, and the stable code to look up. */
export function errorText(tool: string, { message, hint, code }: DvmError): string {
  return textOf([`${tool}: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`]), `  (${code})`]);
}

/** Handles `--help` and `--version`, which need nothing else to be right. */
async function answered(tool: Tool, argv: string[]): Promise<boolean> {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  if (own.includes('--version')) {
    writeAll(1, Buffer.from(`${tool.name} ${version}\n`));
    return true;
  }
  if (!own.includes('--help') && !own.includes('-h')) return false;
  const { help } = await import('./help.js');
  writeAll(1, Buffer.from(await help(tool, helpCommand(tool, own))));
  return true;
}

function helpCommand(tool: Tool, argv: string[]): string | undefined {
  try {
    const { command } = chooseCommand(
      tool,
      argv.filter((a) => a !== '--help' && a !== '-h'),
    );
    return argv.includes(command.name) ? command.name : undefined;
  } catch {
    return undefined;
  }
}

/** `process.stdout` is made only where it is a terminal: making it costs a millisecond. */
function terminal(): Terminal | undefined {
  return isTerminal(1) ? { columns: process.stdout.columns || 80 } : undefined;
}

async function print(output: Output): Promise<void> {
  if (output === undefined) return;
  if (typeof output === 'object' && output !== null && Symbol.asyncIterator in output) {
    for await (const document of output as AsyncIterable<unknown>)
      if (!writeAll(1, Buffer.from(`${canonical(document)}\n`))) return;
    return;
  }
  writeAll(1, render(output));
}

function render(output: Output): Uint8Array {
  if (output instanceof Text) return Buffer.from(output.text);
  if (output instanceof Bytes) return output.bytes;
  return Buffer.from(output instanceof Lines ? canonicalLines(output.document, output.depth) : `${canonical(output)}\n`);
}
