import { tool } from '#dots/commands/dot.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import type { Document } from './guest.js';
import { lastOf } from './guest.js';

/** The group that `dot` is told of. */
export const group = 'vg';

/** A command of `dot` in this process, and the document it gives: `await dot('commit', 'shop', '-m', 'first')`. */
export async function dot(command: string, ...words: string[]): Promise<Document> {
  const streams = { readInput: async () => Buffer.alloc(0), note: () => {} };
  const { output } = await invoke(tool, [command, '--group', group, ...words], streams);
  return lastOf(outputDocument(output));
}
