import type { Tool } from '#tool/command.js';
import { DvmError } from '#tool/errors.js';
import { invoke } from '#tool/invoke.js';
import { thrown } from './check.js';
import { callsOf, loadTools } from './tools.js';

/** A command, and arguments with which it comes to read standard input. */
export interface Reader {
  name: string;
  tool: Tool;
  argv: string[];
}

let found: Promise<Reader[]> | undefined;

/** The commands that read a document, found by trying; `nothing` as a tool's input says that it has none. */
export function readers(): Promise<Reader[]> {
  found ??= findReaders();
  return found;
}

async function findReaders(): Promise<Reader[]> {
  const all: Reader[] = [];
  for (const tool of (await loadTools()).filter((t) => !/^nothing\b/i.test(t.input)))
    for (const command of tool.commands)
      for (const argv of callsOf(tool, command)) {
        if (!(await reads(tool, argv))) continue;
        all.push({ name: `${tool.name} ${argv.join(' ')}`, tool, argv });
        break;
      }
  return all;
}

/** It reads standard input as a document: one of no known kind is refused as such. */
async function reads(tool: Tool, argv: string[]): Promise<boolean> {
  let asked = false;
  const readInput = async () => {
    asked = true;
    return Buffer.from('{"kind":"no-such-kind","version":1}');
  };
  const outcome = await thrown(() => invoke(tool, argv, { readInput, note: () => {} })).catch(() => undefined);
  return asked && outcome instanceof DvmError && outcome.exit === 'badInput';
}
