import { tool } from '#dots/commands/dot.js';
import { openStore } from '#dots/open-store.js';
import type { Store } from '#dots/store.js';
import { realHost } from '#dots/volumes/real-host.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import type { Document } from './guest.js';
import { lastOf } from './guest.js';

/** A command of `dot` in this process, and the document it gives: `await dot('commit', 'shop', '-m', 'first')`. */
export const dot = dotIn('vg');

/** The same for the dots of another group. */
export function dotIn(group: string): (command: string, ...words: string[]) => Promise<Document> {
  return async (command, ...words) => {
    const streams = { readInput: async () => Buffer.alloc(0), note: () => {} };
    const { output } = await invoke(tool, [command, '--group', group, ...words], streams);
    return lastOf(outputDocument(output));
  };
}

/** What verbs of the library take. */
export function storeIn(group: string): Store {
  const host = realHost({ mounts: '/run/dvm/dots', mountOptions: [] });
  return openStore({ group, pool: undefined, host, run: { configPath: undefined, trace: undefined, note: () => {} } });
}
