import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tool } from '#tool/command.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import { inTmp } from './loop.js';

/**
 * Runs a tool in this process; what it would print, as a value.
 *
 * @param files written to a directory of their own; `%NAME` in `argv` is the path of one
 */
export async function runTool(tool: Tool, argv: string[], input: unknown, files: Record<string, unknown> = {}): Promise<unknown> {
  return inTmp(async (dir) => {
    for (const [name, value] of Object.entries(files)) writeFileSync(join(dir, name), JSON.stringify(value));
    const words = argv.map((w) => (w.startsWith('%') ? join(dir, w.slice(1)) : w));
    const { output } = await invoke(tool, words, { readInput: async () => Buffer.from(JSON.stringify(input)), note: () => {} });
    return outputDocument(output);
  });
}
